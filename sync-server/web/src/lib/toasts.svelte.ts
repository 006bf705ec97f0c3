// Short words at the edge of the page: what was done, with its undoing, or what failed.
import { asProblem, inWords } from './problem';

export type Toast = {
  id: number;
  tone: 'good' | 'bad';
  text: string;
  action?: { label: string; run: () => void };
};

/** Long enough to read and to reach the undoing. */
const STAYS_MS = 8_000;

let next = 1;
const list = $state<Toast[]>([]);

export function toasts(): readonly Toast[] {
  return list;
}

export function say(text: string, action?: Toast['action']): void {
  show({ id: next++, tone: 'good', text, action });
}

/** Says what went wrong; such a word stays until it is closed. */
export function complain(thrown: unknown, action?: Toast['action']): void {
  show({ id: next++, tone: 'bad', text: inWords(asProblem(thrown)), action });
}

export function dismiss(id: number): void {
  const index = list.findIndex((toast) => toast.id === id);
  if (index >= 0) list.splice(index, 1);
}

function show(toast: Toast): void {
  list.push(toast);
  if (toast.tone === 'good') setTimeout(() => dismiss(toast.id), STAYS_MS);
}

/**
 * Shows an edit at once and carries it out; when it fails, the page goes back to what was
 * before and says why.
 */
export async function optimistic(show: () => void, back: () => void, carryOut: () => Promise<void>): Promise<boolean> {
  show();
  try {
    await carryOut();
    return true;
  } catch (thrown) {
    back();
    complain(thrown);
    return false;
  }
}
