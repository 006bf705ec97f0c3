// The server's API, typed from its own description. Every call goes through `ask`, which
// gives the answer or throws a `Problem`.
import createClient from 'openapi-fetch';

import { problemOf, reach } from '../problem';
import { accessToken, dropAccess } from '../session.svelte';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

export const api = createClient<paths>({ baseUrl: location.origin, fetch: signed });

/** Sends a request with a token, and once more with a new one where that had run out. */
export async function signed(request: Request): Promise<Response> {
  const again = request.clone();
  const token = await accessToken();
  const response = await send(request, token);
  if (response.status !== 401) return response;
  dropAccess(token);
  return await send(again, await accessToken());
}

function send(request: Request, token: string): Promise<Response> {
  request.headers.set('authorization', `Bearer ${token}`);
  return reach(request);
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer's body. @throws Problem */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await askWhole(call)).data as T;
}

/** The answer with its headers, such as `etag`. @throws Problem */
export async function askWhole<T>(call: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  const { data, error, response } = await call;
  if (response.ok) return { data: data as T, response };
  throw await problemOf(rebuilt(response, error));
}

/** openapi-fetch has read the body of an error already. */
function rebuilt(response: Response, body: unknown): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(text, { status: response.status, headers: response.headers });
}

/** Reads what lies behind an address with the session's token, such as a photo. @throws Problem */
export async function download(path: string): Promise<Blob> {
  const response = await signed(new Request(new URL(path, location.origin)));
  if (!response.ok) throw await problemOf(response);
  return await response.blob();
}

/** Hands what lies behind an address to the browser as a file. @throws Problem */
export async function saveAs(name: string, path: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await download(path));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
