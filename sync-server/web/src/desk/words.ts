// How the desk's codes are said.
import { find } from '../lib/language.svelte';
import type { Problem } from '../lib/problem';
import type { Warning } from './desk';

/** What is wrong with a fact of a request, in the reader's language as far as its code says it. */
export function wrongFact(problem: Problem | undefined, fact: string): string | undefined {
  const found = problem?.errors.find(({ path }) => path === fact || path.endsWith(`.${fact}`));
  if (!found) return undefined;
  return (found.code && find(`desk-wrong-${found.code.replaceAll(/[._]/g, '-')}`)) || found.message;
}

export function warningWords({ code, message }: Warning): string {
  return find(`desk-warns-${code.replaceAll(/[._]/g, '-')}`) ?? message;
}

/** What was done, as the thread says it. */
export const activityName = (kind: string): string => find(`desk-did-${kind.replaceAll('_', '-')}`) ?? kind;

/** Choices of a list: each word with what it is called. */
export function choices(words: readonly string[], say: (word: string) => string) {
  return words.map((value) => ({ value, label: say(value.replaceAll('_', '-')) }));
}
