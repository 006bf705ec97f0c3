// The way from the page to the phone's client: the calls of the surface, one to one.
// In a browser the client lives in a process of this machine and is called over HTTP;
// in an app it lives in the app, and is called through the web view.
import type { Calls, ErrorInfo, FieldError, FieldEvent } from './surface';

/** Why a call failed, as the surface says it. */
export class Refusal extends Error {
  constructor(
    readonly kind: FieldError['type'],
    readonly info: ErrorInfo,
  ) {
    super(info.english);
  }
}

export type Ears = {
  event: (event: FieldEvent) => void;
  /** The network was switched. */
  network: (online: boolean) => void;
  /** Something may have been missed: read everything again. */
  lost: () => void;
  /** Whether the client can be reached at all. */
  reached: (isThere: boolean) => void;
};

export type Switch = { read: () => Promise<boolean>; turn: (online: boolean) => Promise<void> };

export interface Bridge {
  call<Name extends keyof Calls>(name: Name, given: Calls[Name][0]): Promise<Calls[Name][1]>;
  listen(ears: Ears): void;
  /** Where the bytes of an attachment are that is on this phone. */
  file(hash: string): string;
  /** A switch for the network, where there is one. */
  network: Switch | undefined;
}

type Answer = { value: unknown } | { error: FieldError };

/** The value of an answer, or the refusal that it is. */
function valueOf(answer: Answer): unknown {
  if ('error' in answer) throw new Refusal(answer.error.type, answer.error.info);
  return answer.value;
}

/** The client cannot be reached: its process or its app is gone. Nothing was saved. */
function gone(english: string): Refusal {
  const info: ErrorInfo = { code: 'client_gone', retry: 'later', messageKey: 'error.client_gone', parameters: {}, english };
  return new Refusal('stopped', info);
}

/** The client in a process of this machine, below the address of the page. */
export function overHttp(): Bridge {
  const at = (path: string) => new URL(path, location.href.split('#')[0]).href;
  const send = async (path: string, method: string, body: unknown): Promise<Response> => {
    const request = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(at(path), request).catch((error: Error) => Promise.reject(gone(error.message)));
    return response.ok ? response : Promise.reject(gone(`the bridge answered ${response.status}`));
  };
  return {
    async call(name, given) {
      const answer = (await (await send(`call/${name}`, 'POST', given)).json()) as Answer;
      return valueOf(answer) as never;
    },
    listen: (ears) => listenOverHttp(at('events'), ears),
    file: (hash) => at(`files/${hash}`),
    network: {
      read: async () => ((await (await fetch(at('network'))).json()) as { online: boolean }).online,
      turn: async (online) => void (await send('network', 'PUT', { online })),
    },
  };
}

function listenOverHttp(address: string, ears: Ears): void {
  const source = new EventSource(address);
  let hasBeenLost = false;
  source.onmessage = (message) => ears.event(JSON.parse(String(message.data)) as FieldEvent);
  source.addEventListener('network', (message) => ears.network((JSON.parse(message.data) as { online: boolean }).online));
  source.addEventListener('lost', () => ears.lost());
  source.onopen = () => {
    ears.reached(true);
    if (hasBeenLost) ears.lost();
  };
  source.onerror = () => {
    hasBeenLost = true;
    ears.reached(false);
  };
}

/** What an app's web view gives to the page (docs/apps/webview.md). */
type Port = { postMessage: (text: string) => unknown; onmessage?: ((message: { data: string }) => void) | null };
type AppWindow = Window & {
  hamgam?: Port;
  webkit?: { messageHandlers?: { hamgam?: Port } };
  /** An app without a port of its own for events calls this. */
  hamgamEvent?: (text: string) => void;
};

/** The client in the app around the page. Android answers by messages, iOS by promises. */
export function overWebView(port: Port): Bridge {
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  let ears: Ears | undefined;
  const hear = (text: string) => {
    const message = JSON.parse(text) as { id?: number; answer?: Answer; event?: FieldEvent };
    if (message.event) ears?.event(message.event);
    if (message.id !== undefined && message.answer) waiting.get(message.id)?.(message.answer);
    if (message.id !== undefined) waiting.delete(message.id);
  };
  port.onmessage = (message) => hear(message.data);
  (window as AppWindow).hamgamEvent = hear;
  return {
    async call(name, given) {
      const id = (calls += 1);
      const later = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      const told = port.postMessage(JSON.stringify({ id, method: name, arguments: given }));
      if (told instanceof Promise) void told.then((text) => hear(String(text)));
      return valueOf(await later) as never;
    },
    listen(given) {
      ears = given;
      given.reached(true);
    },
    file: (hash) => new URL(`files/${hash}`, location.href.split('#')[0]).href,
    network: undefined,
  };
}

/** The bridge that is there. */
export function found(): Bridge {
  const app = window as AppWindow;
  const port = app.hamgam ?? app.webkit?.messageHandlers?.hamgam;
  return port ? overWebView(port) : overHttp();
}
