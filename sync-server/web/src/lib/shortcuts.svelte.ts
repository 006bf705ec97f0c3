// Keys that do something anywhere on a page; `?` lists them.
import { untrack } from 'svelte';

export type Shortcut = { keys: string; label: () => string; run: () => void };

const list = $state<Shortcut[]>([]);
let before = '';

export function shortcuts(): readonly Shortcut[] {
  return list;
}

/** Adds keys such as `n` or `g b`, until the returned function is called. */
export function bind(...added: Shortcut[]): () => void {
  // An effect that binds keys does not hang on the list of them.
  untrack(() => list.push(...added));
  return () => {
    for (const one of added) {
      const index = list.findIndex((held) => held.keys === one.keys && held.run === one.run);
      if (index >= 0) list.splice(index, 1);
    }
  };
}

/** Keys mean letters while somebody writes or a dialog is open. */
function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (document.querySelector('dialog[open]')) return true;
  return element?.matches?.('input, textarea, select, [contenteditable]') ?? false;
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  // By place on the keyboard, so that they work on a Persian or Russian layout, too.
  const key = event.key === '?' || (event.code === 'Slash' && event.shiftKey) ? '?' : letter(event);
  const found = list.findLast((one) => one.keys === `${before} ${key}`) ?? list.findLast((one) => one.keys === key);
  before = key;
  if (!found) return;
  event.preventDefault();
  before = '';
  found.run();
});

function letter(event: KeyboardEvent): string {
  return event.code.startsWith('Key') ? event.code.slice(3).toLowerCase() : event.key;
}
