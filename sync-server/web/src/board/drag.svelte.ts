// Dragging a job with a pointer: moved, made longer, or brought in from the pane. What
// happens meanwhile on the board does not touch it.
import type { Job, Place } from './plan.svelte';
import { durationOf, placeOfJob } from './plan.svelte';

export type Drag = {
  job: Job;
  kind: 'move' | 'resize';
  /** Where in the job it was taken hold of, in milliseconds after its start. */
  hold: number;
  x: number;
  y: number;
  /** Where it would be put; nowhere outside of the rows. */
  to: Place | undefined;
  /** It is over the pane of what is not planned. */
  out: boolean;
};

/** Less is a click. */
const BEGINS_PX = 4;

export type Target = { technician: string; at: number } | 'pane' | undefined;

export class Dragging {
  now = $state.raw<Drag>();
  #start: { job: Job; kind: Drag['kind']; x: number; y: number; hold: number } | undefined;

  constructor(
    private readonly targetAt: (x: number, y: number) => Target,
    private readonly drop: (job: Job, to: Place) => void,
  ) {}

  /** To be called when a pointer goes down on a job. A finger scrolls: it opens the job, and moves it there. */
  begin(event: PointerEvent, job: Job, kind: Drag['kind'], at?: number): void {
    if (event.button !== 0 || !event.isPrimary || event.pointerType === 'touch') return;
    const hold = at === undefined ? durationOf(job) / 4 : at - placeOfJob(job).start;
    this.#start = { job, kind, x: event.clientX, y: event.clientY, hold };
    addEventListener('pointermove', this.#move);
    addEventListener('pointerup', this.#up);
    addEventListener('pointercancel', this.#end);
    addEventListener('keydown', this.#key, true);
  }

  #move = (event: PointerEvent) => {
    const start = this.#start;
    if (!start) return;
    const far = Math.hypot(event.clientX - start.x, event.clientY - start.y) >= BEGINS_PX;
    if (!this.now && !far) return;
    event.preventDefault();
    const target = this.targetAt(event.clientX, event.clientY);
    const { job, kind, hold } = start;
    const to = typeof target === 'object' ? placed(job, kind, hold, target) : undefined;
    this.now = { job, kind, hold, x: event.clientX, y: event.clientY, to, out: target === 'pane' };
  };

  #up = () => {
    const drag = this.now;
    this.#end();
    if (!drag) return;
    // The click that follows is none.
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, true));
    if (drag.to) this.drop(drag.job, drag.to);
    else if (drag.out && drag.job.technician) this.drop(drag.job, { technician: '', start: 0, end: 0 });
  };

  #key = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.#end();
  };

  #end = () => {
    this.#start = undefined;
    this.now = undefined;
    removeEventListener('pointermove', this.#move);
    removeEventListener('pointerup', this.#up);
    removeEventListener('pointercancel', this.#end);
    removeEventListener('keydown', this.#key, true);
  };
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

const QUARTER = 15 * 60_000;

function placed(job: Job, kind: Drag['kind'], hold: number, target: { technician: string; at: number }): Place {
  if (kind === 'resize') {
    const place = placeOfJob(job);
    return { ...place, end: Math.max(target.at, place.start + QUARTER) };
  }
  const start = Math.round((target.at - hold) / QUARTER) * QUARTER;
  return { technician: target.technician, start, end: start + durationOf(job) };
}
