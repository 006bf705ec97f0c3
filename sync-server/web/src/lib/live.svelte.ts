// Which jobs changed, as the server tells it: a stream of events that is taken up again
// where it broke off, with pauses that grow.
import { untrack } from 'svelte';

import { Problem, problemOf } from './problem';
import { signed } from './api/client';

/** `all`: so much has changed that a list is read anew. */
export type Changed = { jobs: string[]; all: boolean; position: number };

const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** The server says something every 15 seconds; after this silence the line is dead. */
const SILENCE_MS = 40_000;

type Listener = (changed: Changed) => void;

const listeners = new Set<Listener>();
/** Those that began while nothing was followed: they may have missed something. */
const early = new Set<Listener>();
const state = $state({ connected: false });
let position = '';
let running: AbortController | undefined;

/** Whether what is on the page follows the server right now. */
export function connected(): boolean {
  return state.connected;
}

/** Calls back with each change until the returned function is called. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  if (!untrack(() => state.connected)) early.add(listener);
  if (running === undefined) void run((running = new AbortController()));
  return () => {
    listeners.delete(listener);
    early.delete(listener);
    if (listeners.size === 0) stop();
  };
}

function stop(): void {
  running?.abort();
  running = undefined;
  position = '';
  state.connected = false;
}

async function run(control: AbortController): Promise<void> {
  let failures = 0;
  while (!control.signal.aborted) {
    const problem = await follow(control.signal, () => (failures = 0));
    state.connected = false;
    if (control.signal.aborted || problem?.status === 403) return;
    failures += 1;
    await pause(Math.min(PAUSE_MS * 2 ** (failures - 1), PAUSE_MAX_MS));
  }
}

/** Waits; less when the network comes back meanwhile. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms * (0.75 + Math.random() / 2));
    addEventListener('online', done);
  });
}

async function follow(outer: AbortSignal, heard: () => void): Promise<Problem | undefined> {
  const silence = new AbortController();
  const watch = new Watch(() => silence.abort());
  try {
    const headers: HeadersInit = position === '' ? {} : { 'last-event-id': position };
    const signal = AbortSignal.any([outer, silence.signal]);
    const response = await signed(new Request(new URL('/v1/live/events', location.origin), { headers, signal }));
    if (!response.ok || response.body === null) return await problemOf(response);
    state.connected = true;
    for await (const event of eventsOf(response.body, () => watch.touch())) {
      heard();
      take(event);
    }
    return undefined;
  } catch (thrown) {
    // A line that broke while it was read has no problem of its own.
    return thrown instanceof Problem ? thrown : undefined;
  } finally {
    watch.end();
  }
}

class Watch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  constructor(private readonly bark: () => void) {
    this.touch();
  }
  touch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.bark, SILENCE_MS);
  }
  end(): void {
    clearTimeout(this.timer);
  }
}

function take(event: Event): void {
  position = event.id;
  const changed = JSON.parse(event.data) as Changed;
  if (event.name === 'hello') catchUp(changed.position);
  if (event.name === 'changed') for (const listener of listeners) listener(changed);
}

/** What a page read before the stream began may be older than the stream. */
function catchUp(position: number): void {
  for (const listener of early) listener({ jobs: [], all: true, position });
  early.clear();
}

type Event = { id: string; name: string; data: string };

/** The events of a stream of `text/event-stream`. */
async function* eventsOf(body: ReadableStream<Uint8Array>, touch: () => void): AsyncGenerator<Event> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    touch();
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parsed(block);
      if (event) yield event;
    }
  }
}

function parsed(block: string): Event | undefined {
  const event: Event = { id: position, name: '', data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('id:')) event.id = line.slice(3).trim();
    else if (line.startsWith('event:')) event.name = line.slice(6).trim();
    else if (line.startsWith('data:')) event.data += line.slice(5).trim();
  }
  return event.name === '' ? undefined : event;
}
