// The phone as the page sees it: who is signed in, what waits, whether there is a
// network, and when to exchange with the office. What a screen shows it reads itself,
// again whenever the client says that it changed.
import { Refusal, found } from './bridge';
import type { Calls, FieldEvent, Session, Tally } from './surface';

/** After an edit a little time goes by, so that several go together. */
const SOON_MS = 1_500;
/** While the page is looked at. */
const REGULARLY_MS = 10_000;

export const bridge = found();

/** Counts up with every change of its kind; a screen that reads one reads again. */
type News = { jobs: number; trips: number; outbox: number; reference: number; attachments: number };

const state = $state({
  isOpen: false,
  isReached: true,
  /** What the switch says; none where there is no switch. */
  isOnline: undefined as boolean | undefined,
  session: undefined as Session | null | undefined,
  totals: undefined as Tally | undefined,
  isSyncing: false,
  syncedAt: null as number | null,
  problem: undefined as Refusal | undefined,
  news: { jobs: 0, trips: 0, outbox: 0, reference: 0, attachments: 0 } as News,
});
let timer: ReturnType<typeof setTimeout> | undefined;

export function phone(): Readonly<typeof state> {
  return state;
}

/** Whether the office could be reached when it was tried last. */
export function isConnected(): boolean {
  return state.isOnline !== false && state.problem?.kind !== 'offline';
}

/** A call; what it throws is a `Refusal`. */
export function call<Name extends keyof Calls>(name: Name, given: Calls[Name][0]): Promise<Calls[Name][1]> {
  return bridge.call(name, given);
}

/** Begins to listen, and reads who is signed in. */
export async function begin(): Promise<void> {
  bridge.listen({
    event: heard,
    network: switched,
    lost: () => void readAgain(),
    reached: (isThere) => (state.isReached = isThere),
  });
  addEventListener('online', () => soon(0));
  document.addEventListener('visibilitychange', () => soon(0));
  await readAgain();
  state.isOpen = true;
}

async function readAgain(): Promise<void> {
  try {
    if (bridge.network) state.isOnline = await bridge.network.read();
    state.session = await call('session', {});
    state.syncedAt = await call('syncedAt', {});
    await count();
    for (const kind of Object.keys(state.news)) state.news[kind as keyof News] += 1;
    soon(0);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    state.problem = thrown;
  }
}

async function count(): Promise<void> {
  state.totals = await call('totals', {});
}

function heard(event: FieldEvent): void {
  if (event.type === 'progress') return;
  if (event.type === 'sessionChanged') return void readAgain();
  if (event.type === 'jobsChanged') state.news.jobs += 1;
  if (event.type === 'tripsChanged') state.news.trips += 1;
  if (event.type === 'referenceChanged') state.news.reference += 1;
  if (event.type === 'attachmentsChanged') state.news.attachments += 1;
  if (event.type === 'outboxChanged' || event.type === 'attentionChanged') state.news.outbox += 1;
  void count();
  if (event.type === 'outboxChanged' || event.type === 'attachmentsChanged') soon(SOON_MS);
}

function switched(isOnline: boolean): void {
  const isBack = isOnline && state.isOnline === false;
  state.isOnline = isOnline;
  if (isBack) soon(0);
}

/** Turns the network on or off, where there is a switch. */
export async function turnNetwork(isOnline: boolean): Promise<void> {
  await bridge.network?.turn(isOnline);
  switched(isOnline);
}

/** Exchanges in a while; an earlier plan is given up. */
function soon(inMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void exchange(), inMs);
}

/** Exchanges with the office, unless that is under way or cannot be. */
export async function exchange(): Promise<void> {
  const isWanted = state.session?.state === 'signedIn' && state.isReached && !document.hidden;
  if (isWanted && !state.isSyncing) await exchangeNow();
  soon(REGULARLY_MS);
}

async function exchangeNow(): Promise<void> {
  state.isSyncing = true;
  try {
    const report = await call('sync', {});
    state.problem = undefined;
    state.syncedAt = report.finish === 'complete' ? Date.now() : await call('syncedAt', {});
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    // Another one under way is no problem: it does the same.
    if (thrown.info.code !== 'busy') state.problem = thrown;
  } finally {
    state.isSyncing = false;
  }
}
