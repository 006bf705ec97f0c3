// Days as the organisation counts them.
import { DAY_MS, OFFSET_MS } from '../lib/zone';

const HOUR_MS = 3_600_000;

/** The organisation's midnight before an instant. */
export function midnightBefore(instant: number): number {
  return Math.floor((instant + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS;
}

/** An hour of the organisation's tomorrow. */
export function tomorrowAt(hour: number): number {
  return midnightBefore(Date.now()) + DAY_MS + hour * HOUR_MS;
}
