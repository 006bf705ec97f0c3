// Time as a line: days side by side, of each the hours that are worked in.
import { addDays, instant, placeOf, weekStart } from '../lib/calendar';
import type { Job, Span } from './plan.svelte';
import { placeOfJob } from './plan.svelte';

export type View = 'day' | 'week' | 'list';

export const SNAP_MINUTES = 15;
const MINUTE = 60_000;
/** Hours that are always shown; earlier and later ones when a visit lies there. */
const HOURS: [number, number] = [7, 20];

export type Axis = { days: string[]; fromMinute: number; toMinute: number };

/** The days of a view. */
export function daysOf(view: View, day: string): string[] {
  if (view === 'day') return [day];
  const first = weekStart(day);
  return Array.from({ length: 7 }, (_, index) => addDays(first, index));
}

export function spanOf(days: string[]): Span {
  return { from: instant(days[0]!, 0), to: instant(addDays(days.at(-1)!, 1), 0) };
}

/** From which to which minute of the day visits take place, in whole hours. */
export function hoursOfVisits(jobs: Iterable<Job>): [number, number] {
  let [from, to] = [HOURS[0] * 60, HOURS[1] * 60];
  for (const job of jobs) {
    const { start, end } = placeOfJob(job);
    const [first, last] = [placeOf(start), placeOf(end)];
    from = Math.min(from, first.minutes);
    to = Math.max(to, last.day === first.day ? last.minutes : 24 * 60);
  }
  return [Math.floor(from / 60) * 60, Math.ceil(to / 60) * 60];
}

/** Where an instant lies, from 0 to 1; at the edge of its day when outside of the hours. */
export function along(axis: Axis, at: number): number {
  const { day, minutes } = placeOf(at);
  const index = axis.days.indexOf(day);
  if (index < 0) return day < axis.days[0]! ? 0 : 1;
  const inDay = (minutes - axis.fromMinute) / (axis.toMinute - axis.fromMinute);
  return (index + Math.min(Math.max(inDay, 0), 1)) / axis.days.length;
}

/** The instant at a place from 0 to 1, on a quarter of an hour. */
export function instantAt(axis: Axis, place: number): number {
  const inside = Math.min(Math.max(place, 0), 0.999999) * axis.days.length;
  const index = Math.floor(inside);
  const minutes = axis.fromMinute + (inside - index) * (axis.toMinute - axis.fromMinute);
  return instant(axis.days[index]!, Math.round(minutes / SNAP_MINUTES) * SNAP_MINUTES).getTime();
}

/** The full hours of a day that are marked. */
export function hoursOf(axis: Axis): number[] {
  const hours: number[] = [];
  for (let minute = axis.fromMinute; minute < axis.toMinute; minute += 60) hours.push(minute / 60);
  return hours;
}

/** Which of several lanes each visit takes, so that none covers another. */
export function lanesOf(jobs: Job[]): { lane: number; lanes: number }[] {
  const ends: number[] = [];
  const taken = jobs.map((job) => {
    const { start, end } = placeOfJob(job);
    const free = ends.findIndex((until) => until <= start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = end;
    return lane;
  });
  return taken.map((lane) => ({ lane, lanes: Math.max(ends.length, 1) }));
}

/** A day later or earlier by so many days, at the same time of day. */
export function shifted(at: number, days: number): number {
  return at + days * 24 * 60 * MINUTE;
}
