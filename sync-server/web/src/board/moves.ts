// Moving jobs on the board: at once, with a word about it, and undone from there.
import { t } from '../lib/language.svelte';
import { complain, say } from '../lib/toasts.svelte';
import { SNAP_MINUTES } from './axis';
import { placeOfJob, warningsAt, type Job, type Place, type Plan, type Technician } from './plan.svelte';

/** The pane of what is not planned. */
export const NOWHERE: Place = { technician: '', start: 0, end: 0 };

type Move = [Job, Place];

/** Moves jobs; what speaks against it, and the undoing, stand in the word about it. */
export async function move(plan: Plan, moves: Move[]): Promise<void> {
  const before = moves.map(([job]): Move => [job, job.technician && job.window_start ? placeOfJob(job) : NOWHERE]);
  const warnings = [...new Set(moves.flatMap(([job, to]) => warningsAt(plan, job, to)))];
  const done = await carryOut(plan, moves);
  const gone = before.filter((_, index) => done[index]);
  if (gone.length === 0) return;
  plan.selected.clear();
  const text = [t('board-moved', { count: gone.length }), ...warnings.map((one) => t(`board-warning-${one}`))];
  say(text.join(' · '), { label: t('undo'), run: () => void undo(plan, gone) });
}

async function undo(plan: Plan, moves: Move[]): Promise<void> {
  const done = await carryOut(plan, moves);
  if (done.every(Boolean)) say(t('board-undone'));
}

/** Which of them were carried out; why another was not is said once. */
async function carryOut(plan: Plan, moves: Move[]): Promise<boolean[]> {
  const done = await Promise.allSettled(moves.map(([job, to]) => plan.move(job.id, to)));
  const failed = done.find((one) => one.status === 'rejected');
  if (failed) complain(failed.reason);
  return done.map((one) => one.status === 'fulfilled');
}

/** Where Alt and an arrow put a visit: a quarter of an hour on, or to the next technician; with Shift its end. */
export function moved(event: KeyboardEvent, job: Job, technicians: Technician[]): Place | undefined {
  const place = placeOfJob(job);
  const ahead = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
    const step = (event.key === ahead ? 1 : -1) * SNAP_MINUTES * 60_000;
    const end = place.end + step;
    if (!event.shiftKey) return { ...place, start: place.start + step, end };
    return end > place.start ? { ...place, end } : undefined;
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const index = technicians.findIndex((one) => one.id === job.technician);
    const next = technicians[index + (event.key === 'ArrowDown' ? 1 : -1)];
    return next && { ...place, technician: next.id };
  }
  return undefined;
}
