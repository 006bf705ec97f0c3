// Days in the reader's calendar: Jalali in Persian, Gregorian else. Outside of here a day
// is `2026-11-27`.
import { CalendarDate, GregorianCalendar, PersianCalendar, parseDate, startOfWeek, toCalendar } from '@internationalized/date';

import { language, locale } from './language.svelte';
import { latinDigits, number } from './format';
import { DAY_MS, OFFSET, OFFSET_MS } from './zone';

const JALALI = new PersianCalendar();
const GREGORIAN = new GregorianCalendar();

function calendar(): PersianCalendar | GregorianCalendar {
  return language() === 'fa' ? JALALI : GREGORIAN;
}

function own(day: string): CalendarDate {
  return toCalendar(parseDate(day), calendar());
}

function iso(date: CalendarDate): string {
  return toCalendar(date, GREGORIAN).toString();
}

/** Today where the organisation works. */
export function today(now: number | Date = Date.now()): string {
  return placeOf(now).day;
}

export function addDays(day: string, days: number): string {
  return parseDate(day).add({ days }).toString();
}

/** A day of the month before or after. */
export function addMonths(day: string, months: number): string {
  return iso(own(day).add({ months }));
}

/** The day on which its week begins: Saturday in Persian, Monday else. */
export function weekStart(day: string): string {
  return startOfWeek(parseDate(day), locale(), language() === 'fa' ? 'sat' : 'mon').toString();
}

/** The weeks that a month's page shows, each of seven days. */
export function weeksOf(day: string): string[][] {
  const first = iso(own(day).set({ day: 1 }));
  const last = addDays(addMonths(first, 1), -1);
  const weeks: string[][] = [];
  for (let start = weekStart(first); start <= last; start = addDays(start, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(start, index)));
  }
  return weeks;
}

export function isSameMonth(one: string, other: string): boolean {
  const [first, second] = [own(one), own(other)];
  return first.year === second.year && first.month === second.month;
}

/** The number of a day in its month, as it is written. */
export function dayNumber(day: string): string {
  return number(own(day).day);
}

/** `1405/09/06`, as people type a day. */
export function typedDay(day: string): string {
  const { year, month, day: count } = own(day);
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${year}/${two(month)}/${two(count)}`;
  return language() === 'fa' ? text.replace(/\d/g, (digit) => number(Number(digit))) : text;
}

/** The day that was typed, if it is one: `1405/9/6`, `۱۴۰۵-۰۹-۰۶`. */
export function readDay(typed: string): string | undefined {
  const parts = latinDigits(typed).trim().match(/^(\d{4})\D(\d{1,2})\D(\d{1,2})$/);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new CalendarDate(calendar(), year, month, day);
  const isReal = date.year === year && date.month === month && date.day === day;
  return isReal ? iso(date) : undefined;
}

/** Noon of a day where the organisation works: an instant that no time zone moves to another day. */
export function noon(day: string): Date {
  return new Date(`${day}T12:00:00${OFFSET}`);
}

/** An instant by its day and the minutes since midnight there. */
export function instant(day: string, minutes: number): Date {
  return new Date(Date.parse(`${day}T00:00:00${OFFSET}`) + minutes * 60_000);
}

/** The day of an instant, and its minutes since midnight. */
export function placeOf(at: string | number | Date): { day: string; minutes: number } {
  const local = new Date(at).getTime() + OFFSET_MS;
  const sinceMidnight = ((local % DAY_MS) + DAY_MS) % DAY_MS;
  return { day: dayOf(local - sinceMidnight), minutes: Math.round(sinceMidnight / 60_000) };
}

/** `09:30`, of the minutes since midnight. */
export function clockOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The minutes since midnight of a time that was typed, if it is one: `9:30`, `۰۹۳۰`. */
export function readClock(typed: string): number | undefined {
  const parts = latinDigits(typed).trim().match(/^(\d{1,2}):?(\d{2})$/);
  const [hours, minutes] = parts ? [Number(parts[1]), Number(parts[2])] : [24, 60];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : undefined;
}

const days = new Map<number, string>();

function dayOf(midnight: number): string {
  const day = days.get(midnight) ?? new Date(midnight).toISOString().slice(0, 10);
  days.set(midnight, day);
  return day;
}
