// What the board shows, and moving it: read at once, then followed job by job. A move
// shows at once and goes back when the server refuses it.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import { api, ask, type Schemas } from '../lib/api/client';
import type { Changed } from '../lib/live.svelte';
import { placeOf } from '../lib/calendar';

export type Job = Schemas['BoardJobBody'];
export type Technician = Schemas['BoardTechnicianBody'];
export type Span = { from: Date; to: Date };
/** Where a job is put: nobody and no time is the pane of what is not planned. */
export type Place = { technician: string; start: number; end: number };

const MINUTE = 60_000;
const VISIT_MINUTES = 120;
const CHANGED_MAX = 100;
const OVER = ['done', 'closed', 'cancelled'];

export class Plan {
  technicians = $state.raw<Technician[]>([]);
  unplanned = $state.raw<Job[]>([]);
  /** Products that somebody has as a skill, folded. */
  products = $derived(new Set(this.technicians.flatMap((one) => one.skills.map((skill) => folded(skill.product)))));
  people = $derived(new Map(this.technicians.map((one) => [one.id, one])));
  problem = $state<unknown>();
  loading = $state(true);
  selected = new SvelteSet<string>();
  #visits = new SvelteMap<string, Job[]>();
  #places = new Map<string, string>();
  #jobs = new Map<string, Job>();
  #span: Span | undefined;
  #asked = 0;

  /** The visits of a technician in the order of time. */
  visitsOf(technician: string): Job[] {
    return this.#visits.get(technician) ?? [];
  }

  job(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  all(): Job[] {
    return this.technicians.flatMap((technician) => this.visitsOf(technician.id));
  }

  async load(span: Span): Promise<void> {
    const mine = ++this.#asked;
    this.#span = span;
    try {
      const query = { from: span.from.toISOString(), to: span.to.toISOString() };
      const board = await ask(api.GET('/v1/board', { params: { query } }));
      if (mine === this.#asked) this.#take(board);
    } catch (thrown) {
      if (mine === this.#asked) this.problem = thrown;
    } finally {
      if (mine === this.#asked) this.loading = false;
    }
  }

  #take(board: Schemas['BoardBody']): void {
    this.#visits.clear();
    this.#places.clear();
    this.#jobs.clear();
    this.technicians = board.technicians;
    this.unplanned = board.unplanned;
    for (const job of board.unplanned) this.#jobs.set(job.id, job);
    const rows = new Map<string, Job[]>();
    for (const job of board.visits) {
      const technician = job.technician ?? '';
      this.#jobs.set(job.id, job);
      this.#places.set(job.id, technician);
      rows.set(technician, [...(rows.get(technician) ?? []), job]);
    }
    for (const [technician, jobs] of rows) this.#visits.set(technician, jobs.sort(byStart));
    this.problem = undefined;
  }

  /** Reads the jobs that changed, and only those. */
  async follow(changed: Changed): Promise<void> {
    if (this.#span === undefined) return;
    if (changed.all || changed.jobs.length > CHANGED_MAX) return await this.load(this.#span);
    try {
      const query = { id: changed.jobs.join(',') };
      const { jobs } = await ask(api.GET('/v1/board/jobs', { params: { query } }));
      for (const id of changed.jobs) this.put(id, jobs.find((job) => job.id === id));
    } catch {
      // The next change, or the next reading, brings it.
    }
  }

  /** Puts a job where it belongs now; away when there is none any more. */
  put(id: string, job: Job | undefined): void {
    this.#drop(id, job);
    if (job === undefined) return;
    this.#jobs.set(id, job);
    const isPlanned = job.technician && job.window_start;
    if (!isPlanned) {
      if (!OVER.includes(job.status) && !this.unplanned.some((one) => one.id === id)) {
        this.unplanned = [...this.unplanned, job].sort((one, other) => one.received_at.localeCompare(other.received_at));
      } else {
        this.unplanned = this.unplanned.map((one) => (one.id === id ? job : one));
      }
    } else if (this.#isInSpan(job) && job.status !== 'cancelled') {
      const technician = job.technician ?? '';
      this.#places.set(id, technician);
      const others = this.visitsOf(technician).filter((one) => one.id !== id);
      this.#visits.set(technician, [...others, job].sort(byStart));
    }
  }

  #drop(id: string, job: Job | undefined): void {
    const technician = this.#places.get(id);
    if (technician !== undefined) {
      this.#places.delete(id);
      this.#visits.set(technician, this.visitsOf(technician).filter((one) => one.id !== id));
    }
    const isStillUnplanned = job && !(job.technician && job.window_start) && !OVER.includes(job.status);
    if (!isStillUnplanned && this.unplanned.some((one) => one.id === id)) {
      this.unplanned = this.unplanned.filter((one) => one.id !== id);
    }
    this.#jobs.delete(id);
  }

  #isInSpan(job: Job): boolean {
    const { start, end } = placeOfJob(job);
    return this.#span !== undefined && start < this.#span.to.getTime() && end >= this.#span.from.getTime();
  }

  /** Moves a job; throws when the server refuses, with everything back in its place. */
  async move(id: string, to: Place): Promise<void> {
    const before = this.#jobs.get(id);
    if (before === undefined) return;
    const after: Job = {
      ...before,
      technician: to.technician || null,
      window_start: to.technician ? new Date(to.start).toISOString() : null,
      window_end: to.technician ? new Date(to.end).toISOString() : null,
      status: before.status === 'new' && to.technician ? 'assigned' : before.status,
    };
    this.put(id, after);
    try {
      await assign(id, before, after);
    } catch (thrown) {
      this.put(id, before);
      throw thrown;
    }
  }
}

/** The note for the technician stays; the state that was read is the state that is changed. */
async function assign(id: string, before: Job, after: Job): Promise<void> {
  const path = { id };
  const shown = await ask(api.GET('/v1/jobs/{id}', { params: { path } }));
  const body = {
    technician: after.technician,
    representative: after.technician === before.technician ? before.agency : undefined,
    window_start: after.window_start,
    window_end: after.window_end,
    note: shown.fields?.assignment?.note,
  };
  await ask(api.POST('/v1/jobs/{id}/assign', { params: { path }, body, headers: { 'if-match': `"${shown.etag}"` } }));
}

function byStart(one: Job, other: Job): number {
  return placeOfJob(one).start - placeOfJob(other).start;
}

/** Where a job stands. */
export function placeOfJob(job: Job): Place {
  const start = Date.parse(job.window_start ?? '');
  const end = job.window_end ? Date.parse(job.window_end) : start + durationOf(job);
  return { technician: job.technician ?? '', start, end: Math.max(end, start + 15 * MINUTE) };
}

/** How long a job takes, in milliseconds: its window, else what was estimated, else two hours. */
export function durationOf(job: Job): number {
  if (job.window_start && job.window_end) {
    const promised = Date.parse(job.window_end) - Date.parse(job.window_start);
    if (promised > 0) return promised;
  }
  return (job.estimated_minutes || VISIT_MINUTES) * MINUTE;
}

export function isMovable(job: Job): boolean {
  return !OVER.includes(job.status);
}

/** What speaks against a place, in the words of messages: it warns and stops nobody. */
export function warningsAt(plan: Plan, job: Job, to: Place): string[] {
  const technician = plan.people.get(to.technician);
  if (technician === undefined) return [];
  const found: string[] = [];
  const overlaps = plan.visitsOf(technician.id).some((other) => {
    const place = placeOfJob(other);
    return other.id !== job.id && place.start < to.end && to.start < place.end;
  });
  if (overlaps) found.push('overlap');
  const { day } = placeOf(to.start);
  if (technician.leave.some((leave) => leave.from <= day && day <= leave.to)) found.push('leave');
  if (lacksSkill(plan, technician, job)) found.push('skill');
  if (isElsewhere(technician, job)) found.push('area');
  if (job.status === 'waiting_part') found.push('part');
  return found;
}

const folded = (text: string | null | undefined) => (text ?? '').trim().toLowerCase();

/** A product that nobody has as a skill asks for none. */
function lacksSkill(plan: Plan, technician: Technician, job: Job): boolean {
  const model = folded(job.model);
  const asks = model !== '' && [...plan.products].some((product) => model.startsWith(product));
  return asks && !technician.skills.some((skill) => model.startsWith(folded(skill.product)));
}

function isElsewhere(technician: Technician, job: Job): boolean {
  const [city, zone] = [folded(job.city), folded(job.zone)];
  const covers = (area: { city: string; zone: string }) =>
    folded(area.city) === city && (area.zone === '' || zone === '' || folded(area.zone) === zone);
  return city !== '' && technician.areas.length > 0 && !technician.areas.some(covers);
}

/** How a job stands with its deadlines. */
export function deadlineOf(job: Job, now: number): 'breached' | 'pending' | 'soon' | undefined {
  if (OVER.includes(job.status)) return undefined;
  if (job.breach === 'certain') return 'breached';
  if (job.breach === 'pending') return 'pending';
  if (!job.due_at) return undefined;
  const left = Date.parse(job.due_at) - now;
  return left < 0 ? 'breached' : left < DUE_SOON_MS ? 'soon' : undefined;
}

const DUE_SOON_MS = 4 * 60 * MINUTE;
