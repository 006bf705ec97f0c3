// The months by which the organisation settles. They are Jalali; a reader may have them
// named by the Gregorian days that they span.
import { CalendarDate, PersianCalendar, getLocalTimeZone, parseDate, toCalendar } from '@internationalized/date';

import { today } from '../lib/calendar';
import { language, locale } from '../lib/language.svelte';

export type MonthKey = { year: number; number: number };
export type Naming = 'jalali' | 'gregorian';

const PERSIAN = new PersianCalendar();
const KEPT = 'hamgam.months';

/** As the reader named months the last time. */
export function keptNaming(): Naming {
  return localStorage.getItem(KEPT) === 'gregorian' ? 'gregorian' : 'jalali';
}

export function keepNaming(naming: Naming): void {
  localStorage.setItem(KEPT, naming);
}

/** `1404-07`, as the server names a month. */
export function keyText({ year, number }: MonthKey): string {
  return `${String(year).padStart(4, '0')}-${String(number).padStart(2, '0')}`;
}

/** Reads `1404-07`; nothing for anything else. */
export function readKey(text: string): MonthKey | undefined {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  return found ? { year: Number(found[1]), number: Number(found[2]) } : undefined;
}

/** So many months later, or earlier. */
export function step({ year, number }: MonthKey, by: number): MonthKey {
  const count = year * 12 + number - 1 + by;
  return { year: Math.floor(count / 12), number: (((count % 12) + 12) % 12) + 1 };
}

/** The month that it is now in the organisation. */
export function present(): MonthKey {
  const { year, month } = toCalendar(parseDate(today()), PERSIAN);
  return { year, number: month };
}

/** The present month and those before it, the latest first. */
export function recent(count: number): MonthKey[] {
  const latest = present();
  return Array.from({ length: count }, (_, back) => step(latest, -back));
}

function firstDay({ year, number }: MonthKey): CalendarDate {
  return new CalendarDate(PERSIAN, year, number, 1);
}

/** Noon of a day, so that no zone moves it to another. */
function noon(day: CalendarDate): Date {
  return new Date(day.toDate(getLocalTimeZone()).getTime() + 12 * 3_600_000);
}

function parts(at: Date, tag: string, options: Intl.DateTimeFormatOptions): (type: string) => string {
  const found = new Intl.DateTimeFormat(tag, options).formatToParts(at);
  return (type) => found.find((part) => part.type === type)?.value ?? '';
}

/** `آبان ۱۴۰۵`, `Aban 1405`. */
function jalaliName(key: MonthKey, month: 'long' | 'short'): string {
  const of = parts(noon(firstDay(key)), `${locale()}-u-ca-persian`, { month, year: 'numeric' });
  const year = of('year') || of('relatedYear');
  return language() === 'ru' ? `${capital(of('month'))} ${year}` : `${of('month')} ${year}`;
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** `23 Oct – 21 Nov 2026`. */
function gregorianSpan(key: MonthKey): string {
  const last = firstDay(step(key, 1)).subtract({ days: 1 });
  const tag = `${locale()}-u-ca-gregory`;
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
  const [from, to] = [parts(noon(firstDay(key)), tag, options), parts(noon(last), tag, options)];
  return `${from('day')} ${from('month')} – ${to('day')} ${to('month')} ${to('year')}`;
}

/** The name of a month by the calendar that the reader chose. */
export function monthName(key: MonthKey, naming: Naming, width: 'long' | 'short' = 'long'): string {
  if (naming === 'jalali') return jalaliName(key, width);
  return width === 'long' ? gregorianSpan(key) : gregorianShort(key);
}

/** `Oct–Nov 26`. */
function gregorianShort(key: MonthKey): string {
  const tag = `${locale()}-u-ca-gregory`;
  const from = parts(noon(firstDay(key)), tag, { month: 'short', year: '2-digit' });
  const to = parts(noon(firstDay(step(key, 1)).subtract({ days: 1 })), tag, { month: 'short', year: '2-digit' });
  return `${from('month')}–${to('month')} ${to('year')}`;
}
