// The inbox: reading it, and deciding.
import { api, ask, type Schemas } from '../lib/api/client';

export type Item = Schemas['InboxItemBody'];
export type Rival = { value: unknown; side: string | null };
export type Authorship = { user: string | null; at: string };

export const STATES = ['undecided', 'superseded', 'decided', 'any'] as const;
export type StateName = (typeof STATES)[number];

export const KINDS = [
  'field',
  'done_while_cancelled',
  'started_while_cancelled',
  'two_technicians',
  'after_the_end',
  'late_work',
  'offered_edit',
] as const;

type Filter = { state: StateName; kind: string; document: string };

export async function readInbox(filter: Filter, cursor?: string): Promise<Schemas['InboxBody']> {
  const { state, kind, document } = filter;
  const query = { state, kind: kind || undefined, document: document || undefined, cursor, limit: 50 };
  return await ask(api.GET('/v1/inbox', { params: { query } }));
}

/** Decides on a conflict or an offered edit. @throws Problem */
export async function decide(item: Item, decision: Decision, note: string): Promise<Item> {
  const params = { path: { id: item.id } };
  const remark = note.trim() || undefined;
  if (decision.what === 'approve' || decision.what === 'reject') {
    const body = { decision: decision.what, note: remark };
    return await ask(api.POST('/v1/offers/{id}/decide', { params, body }));
  }
  const body = { decision: decision.what, choice: decision.choice, note: remark };
  return await ask(api.POST('/v1/conflicts/{id}/resolve', { params, body }));
}

export type Decision = { what: 'choose' | 'keep' | 'seen' | 'approve' | 'reject'; choice?: number };

/**
 * Who wrote a value of a field, and when, by the job's history: the last change that set
 * it so.
 */
export function authorOf(history: Schemas['HistoryEntryBody'][], path: string, value: unknown): Authorship | undefined {
  const wrote = (item: Record<string, unknown>) =>
    item['path'] === path &&
    (value === null ? item['what'] === 'field_cleared' : item['what'] === 'field_set' && item['value'] === value);
  const entry = history.findLast((one) => (one.items as Record<string, unknown>[]).some(wrote));
  return entry && { user: entry.user ?? null, at: entry.made_at };
}
