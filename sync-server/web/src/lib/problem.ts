// What went wrong, as people's words with what to do.
import { find, language, t } from './language.svelte';

export type FieldProblem = { path: string; message: string; code?: string | null };

/** A problem document of the server's, or that it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail = '',
    readonly errors: FieldProblem[] = [],
    readonly retrySeconds = 0,
  ) {
    super(code);
  }
}

type Body = { code?: string; detail?: string; errors?: FieldProblem[] };

/** Reads an answer that is no success. */
export async function problemOf(response: Response): Promise<Problem> {
  const isOurs = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (!isOurs) return new Problem('bad_answer', response.status);
  const body = (await response.json()) as Body;
  const wait = Number(response.headers.get('retry-after') ?? 0);
  return new Problem(body.code ?? 'internal', response.status, body.detail, body.errors ?? [], wait);
}

/** Whatever was thrown as a problem; a defect of the pages is passed on. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}

/** Sends a request. @throws Problem `offline`, when nothing answers */
export async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    throw new Problem('offline', 0);
  }
}

// The sentences for the gate's codes are those that phones show.
const phoneWords = import.meta.glob<Record<string, string>>('../../../../ffi/messages/*.json', { import: 'default' });
const wordsOf = new Map<string, Record<string, string>>();

/** Brings the gate's words in the page's language, before the network may be gone. */
export async function loadProblemWords(): Promise<void> {
  const to = language();
  const file = phoneWords[`../../../../ffi/messages/${to}.json`];
  if (file !== undefined && !wordsOf.has(to)) wordsOf.set(to, await file());
}

/** What happened and what to do. */
export function inWords(problem: Problem): string {
  const ours = find(`problem-${problem.code.replaceAll('_', '-')}`, { seconds: problem.retrySeconds || 30 });
  return ours ?? wordsOf.get(language())?.[`error.${problem.code}`] ?? t('problem-unknown');
}

/** What is wrong with one value of a form, by its path. */
export function fieldProblem(problem: Problem | undefined, path: string): string | undefined {
  return problem?.errors.find((error) => error.path === path)?.message;
}
