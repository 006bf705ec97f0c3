// The field's words in the order in which people think of them. Each has its message:
// `status-<word>`, `priority-<word>`.
import type { Tone } from './components/Badge.svelte';

export const STATUSES = [
  'new',
  'assigned',
  'accepted',
  'travelling',
  'on_site',
  'working',
  'waiting_part',
  'waiting_customer',
  'done',
  'closed',
  'cancelled',
] as const;

/** How a state is coloured: wanted, moving, waiting, good, over. */
export function toneOf(status: string): Tone {
  if (status === 'new') return 'bad';
  if (status.startsWith('waiting')) return 'warn';
  if (['travelling', 'on_site', 'working'].includes(status)) return 'accent';
  return status === 'done' ? 'good' : 'plain';
}
