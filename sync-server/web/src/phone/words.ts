// The phone's words for what went wrong; they are those of the apps (ffi/messages).
import { find, language, loadMessages, t } from '../lib/language.svelte';
import { Refusal } from './bridge';

const files = import.meta.glob<Record<string, string>>('../../../../ffi/messages/*.json', { import: 'default' });
const texts = new Map<string, Record<string, string>>();

/** Brings the words of the page's language, before the client may be gone. */
export async function loadWords(): Promise<void> {
  const to = language();
  const file = files[`../../../../ffi/messages/${to}.json`];
  if (file !== undefined && !texts.has(to)) texts.set(to, await file());
  await loadMessages('phone');
}

/** The sentence of a code, with what stands in it. */
export function ofCode(code: string, english: string, parameters: Record<string, string> = {}): string {
  const own = find(`phone-error-${code.replaceAll('_', '-')}`);
  const text = own ?? texts.get(language())?.[`error.${code}`] ?? english;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '');
}

/** What happened, and what to do. */
export function inWords(thrown: unknown): string {
  if (!(thrown instanceof Refusal)) throw thrown;
  return ofCode(thrown.info.code, thrown.info.english, thrown.info.parameters);
}

/** `waitingPart` as messages name it: `waiting-part`. */
export function kebab(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The message of a word of the surface. */
export function word(prefix: string, of: string): string {
  return t(`${prefix}-${kebab(of)}`);
}
