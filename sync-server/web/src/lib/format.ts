// Numbers, money, dates and spans as the reader's language writes them: Persian with
// Persian digits and Jalali dates. Instants are told in the organisation's time zone.
import { language, locale } from './language.svelte';
import { DAY_MS, OFFSET_MS, TIME_ZONE } from './zone';

const kept = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const tag = language() === 'fa' ? 'fa-IR-u-ca-persian' : locale();
  const key = `d${tag}${JSON.stringify(options)}`;
  const found = kept.get(key) ?? new Intl.DateTimeFormat(tag, { timeZone: TIME_ZONE, ...options });
  kept.set(key, found);
  return found as Intl.DateTimeFormat;
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale()}${JSON.stringify(options)}`;
  const found = kept.get(key) ?? new Intl.NumberFormat(locale(), options);
  kept.set(key, found);
  return found as Intl.NumberFormat;
}

export type Moment = string | number | Date;

/** `12.5`, `۱۲٫۵`. */
export function number(value: number, fractionDigits = 0): string {
  return numbers({ maximumFractionDigits: fractionDigits }).format(value);
}

/** Things one after another: `a, b, c`. */
export function listed(things: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'unit', style: 'short' }).format(things);
}

/** A part of one: `0.876` is `88 %`. */
export function percent(part: number, fractionDigits = 0): string {
  return numbers({ style: 'percent', maximumFractionDigits: fractionDigits }).format(part);
}

/** Minor units with their currency. The Iranian rial is counted whole. */
export function money(minor: number, currency: string): string {
  const format = numbers({ style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0));
}

/** `14:30`. */
export function time(at: Moment): string {
  return dates({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
}

/** `27 Nov`, `۶ آذر`. */
export function dayShort(at: Moment): string {
  return byParts(at, { day: 'numeric', month: 'short' }, ['day', 'month']);
}

/** `27 November 2026`, `۶ آذر ۱۴۰۵`. */
export function day(at: Moment): string {
  return byParts(at, { day: 'numeric', month: 'long', year: 'numeric' }, ['day', 'month', 'year']);
}

/** `Friday`, `جمعه`. */
export function weekday(at: Moment, width: 'long' | 'short' | 'narrow' = 'long'): string {
  return dates({ weekday: width }).format(new Date(at));
}

/** `November 2026`, `آذر ۱۴۰۵`. */
export function month(at: Moment): string {
  return byParts(at, { month: 'long', year: 'numeric' }, ['month', 'year']);
}

/** `27 Nov, 14:30`. */
export function moment(at: Moment): string {
  return `${dayShort(at)}${language() === 'fa' ? '،' : ','} ${time(at)}`;
}

/** The parts one after another: what the locale makes of a whole date is odd in Persian. */
function byParts(at: Moment, options: Intl.DateTimeFormatOptions, order: Intl.DateTimeFormatPartTypes[]): string {
  const parts = dates(options).formatToParts(new Date(at));
  return order.map((type) => parts.find((part) => part.type === type)?.value ?? '').join(' ');
}

const HOUR_MS = 3_600_000;

/** `in 3 hours`, `tomorrow`, `2 days ago`: from half a day on by the calendar's days. */
export function fromNow(at: Moment, now = Date.now()): string {
  const then = new Date(at).getTime();
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const days = dayNumber(then) - dayNumber(now);
  if (Math.abs(then - now) >= 12 * HOUR_MS && days !== 0) return relative.format(days, 'day');
  if (Math.abs(then - now) >= HOUR_MS) return relative.format(Math.trunc((then - now) / HOUR_MS), 'hour');
  return relative.format(Math.trunc((then - now) / 60_000), 'minute');
}

function dayNumber(ms: number): number {
  return Math.floor((ms + OFFSET_MS) / DAY_MS);
}

/** `1 h 30 min` in few letters. */
export function minutes(count: number): string {
  const unit = (value: number, name: string) =>
    numbers({ style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const [hours, rest] = [Math.trunc(count / 60), Math.round(count % 60)];
  if (hours === 0) return unit(rest, 'minute');
  return rest === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(rest, 'minute')}`;
}

const DIGITS = /[۰-۹٠-٩]/g;

/** What was typed with Persian or Arabic digits, with digits that machines read. */
export function latinDigits(text: string): string {
  return text.replace(DIGITS, (digit) => String(digit.charCodeAt(0) & 0xf));
}
