// Who is signed in. The refresh token is kept in the browser so that a reload stays
// signed in (ADR 105 weighs that); the access token lives in memory alone. One tab
// refreshes at a time, and a lost reply is harmless: the server takes the token before
// the newest once more.
import type { components } from './api/schema';
import { Problem, problemOf, reach } from './problem';

export type Role = components['schemas']['Role'];
export type User = components['schemas']['SessionUser'];
type Session = components['schemas']['SessionBody'];
type Kept = { refresh: string; user: User };

const KEPT = 'hamgam.session';
const DEVICES = 'hamgam.devices';
const LOCK = 'hamgam.refresh';
/** A token is renewed so long before its end, that no request starts with a dying one. */
const MARGIN_MS = 30_000;

/** `ended`: the page stays as it is, and a sign-in lies over it. */
type Standing = { user: User | undefined; ended: string | undefined };

const standing = $state<Standing>({ user: read()?.user, ended: undefined });
let access = { token: '', until: 0 };
let refreshing: Promise<string> | undefined;

export function user(): User | undefined {
  return standing.user;
}

/** The code of the problem by which the session ended while pages are open. */
export function ended(): string | undefined {
  return standing.ended;
}

function read(): Kept | undefined {
  const text = localStorage.getItem(KEPT);
  return text === null ? undefined : (JSON.parse(text) as Kept);
}

function take(session: Session): string {
  const kept: Kept = { refresh: session.refresh_token, user: session.user };
  localStorage.setItem(KEPT, JSON.stringify(kept));
  access = { token: session.access_token, until: performance.now() + session.access_seconds * 1000 };
  standing.user = session.user;
  standing.ended = undefined;
  return session.access_token;
}

async function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const url = new URL(path, location.origin);
  return await reach(new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Signs in; the device's id of an earlier time keeps the list of devices short. */
export async function signIn(name: string, password: string): Promise<void> {
  const known = devices()[name.trim().toLowerCase()];
  const device = { id: known, name: deviceName(), kind: 'browser' };
  const response = await post('/v1/sessions', { name, password, device });
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.code === 'device_revoked') remember(name, undefined);
    throw problem;
  }
  const session = (await response.json()) as Session;
  remember(name, session.device);
  take(session);
}

function devices(): Record<string, string | undefined> {
  return JSON.parse(localStorage.getItem(DEVICES) ?? '{}') as Record<string, string | undefined>;
}

function remember(name: string, device: string | undefined): void {
  localStorage.setItem(DEVICES, JSON.stringify({ ...devices(), [name.trim().toLowerCase()]: device }));
}

/** `Chrome, Linux`: enough to tell one's devices apart. */
function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = ['Edg', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(name)) ?? 'Browser';
  const system = ['Android', 'iPhone', 'Windows', 'Mac', 'Linux'].find((name) => agent.includes(name)) ?? '';
  return [browser.replace('Edg', 'Edge'), system].filter(Boolean).join(', ');
}

/** Signs out at the server as far as it can be reached, and here in any case. */
export async function signOut(): Promise<void> {
  const token = access.token;
  forget();
  standing.user = undefined;
  if (token === '') return;
  const headers = { authorization: `Bearer ${token}` };
  await fetch('/v1/sessions/current', { method: 'DELETE', headers }).catch(() => undefined);
}

function forget(): void {
  localStorage.removeItem(KEPT);
  access = { token: '', until: 0 };
}

/** A token that is good for a request; refreshes it when its end is near. */
export function accessToken(): Promise<string> {
  if (performance.now() < access.until - MARGIN_MS) return Promise.resolve(access.token);
  refreshing ??= refresh().finally(() => (refreshing = undefined));
  return refreshing;
}

/** The server said that the token is not good any more, whatever the clock says. */
export function dropAccess(token: string): void {
  if (access.token === token) access = { token: '', until: 0 };
}

async function refresh(): Promise<string> {
  // Without the lock (a page that came over plain HTTP has none) two tabs may refresh at
  // once; the server gives both the same successor.
  const locks = navigator.locks as LockManager | undefined;
  return locks ? await locks.request(LOCK, refreshOnce) : await refreshOnce();
}

async function refreshOnce(): Promise<string> {
  const kept = read();
  if (kept === undefined) throw end(new Problem('sign_in_required', 401));
  if (standing.user !== undefined && kept.user.id !== standing.user.id) throw end(new Problem('other_person', 401));
  const response = await post('/v1/sessions/refresh', { refresh_token: kept.refresh });
  if (response.ok) return take((await response.json()) as Session);
  const problem = await problemOf(response);
  if ([401, 403].includes(problem.status)) {
    forget();
    throw end(problem);
  }
  throw problem;
}

function end(problem: Problem): Problem {
  standing.ended = problem.code;
  return problem;
}

// Another tab signed out, or somebody else in: what is typed here stays on the page.
addEventListener('storage', (event) => {
  if (event.key !== KEPT || standing.user === undefined) return;
  const kept = read();
  if (kept === undefined) end(new Problem('sign_in_required', 401));
  else if (kept.user.id !== standing.user.id) end(new Problem('other_person', 401));
  else standing.ended = undefined;
});
