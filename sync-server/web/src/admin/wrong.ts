// What is wrong with a value, in the reader's language as far as its code says it.
import { find } from '../lib/language.svelte';
import type { FieldProblem, Problem } from '../lib/problem';

/** The sentence for one wrong value. */
export function sentence({ code, message }: FieldProblem): string {
  const known = code && find(`wrong-${code.replaceAll(/[._]/g, '-')}`);
  return known || message;
}

/** What is wrong at a path; nothing if it will do. */
export function wrongAt(problem: Problem | undefined, path: string): string | undefined {
  const found = problem?.errors.find((error) => error.path === path);
  if (!found) return undefined;
  return find(`wrong-${path.replaceAll('_', '-')}`) ?? sentence(found);
}

/** All that is wrong and belongs to no field of the form. */
export function wrongElsewhere(problem: Problem | undefined, paths: string[]): string[] {
  const elsewhere = problem?.errors.filter((error) => !paths.includes(error.path)) ?? [];
  return [...new Set(elsewhere.map((error) => sentence(error)))];
}
