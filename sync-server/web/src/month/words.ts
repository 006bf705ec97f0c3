// How the month's codes and values are said.
import { minutes, money, number, percent } from '../lib/format';
import { find, t } from '../lib/language.svelte';
import { inWords, type Problem } from '../lib/problem';
import type { Case, Component, Figure } from './month';

/** `response_sla` and `long-faults` as parts of a message's name. */
export const dashed = (word: string): string => word.replaceAll('_', '-');

export const componentName = (key: string): string => find(`component-${dashed(key)}`) ?? key;

/** Shares of cases are percents; parts are a ratio to the norm; complaints count per job. */
export function valueOf(component: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (component === 'parts_norm') return number(value, 2);
  if (component === 'complaints') return number(value, 3);
  return percent(value, 1);
}

/** What was reached out of what: `118 / 125`. */
export function tallyOf(part: Component): string {
  if (!part.applies) return t('month-not-applicable');
  const [reached, whole] = [Number(part.numerator), Number(part.denominator)];
  if (part.component === 'parts_norm') return `${rial(reached)} / ${rial(whole)}`;
  return `${number(reached, 2)} / ${number(whole, 2)}`;
}

export const rial = (minor: number): string => money(minor, 'IRR');

/** From where points begin, and from where on they are full. */
export function targetOf(part: Component): string {
  const curve = part.curve as { line?: { target: number }; two_sided?: { low_target: number; high_target: number } };
  if (curve.line) return valueOf(part.component, curve.line.target);
  if (curve.two_sided) {
    return `${valueOf(part.component, curve.two_sided.low_target)} – ${valueOf(part.component, curve.two_sided.high_target)}`;
  }
  return '';
}

export const figureName = (figure: string): string => t(`figure-${dashed(figure)}`);

/** The group of a figure's cases, as people call it. */
export function groupName(figure: string, name: string | null | undefined): string {
  if (name === null || name === undefined || name === '') return t(`figure-${dashed(figure)}-nameless`);
  return figure === 'travel' ? t(`month-claim-${dashed(name)}`) : name;
}

export const hours = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : minutes(Math.round(value * 60));

/** A change with its sign: `+1.5`, `−0.3`. */
export const signed = (change: number, digits = 1): string =>
  `${change > 0 ? '+' : change < 0 ? '−' : '±'}${number(Math.abs(change), digits)}`;

/** What a figure comes to, in one line. */
export function headlineOf(figure: Figure): string {
  if (figure.measure === 'rial') return rial(figure.total_rial ?? 0);
  if (figure.measure === 'hours') return hours(figure.median_hours);
  if (figure.figure === 'repeat_visits') {
    return figure.share === null || figure.share === undefined ? '–' : percent(1 - figure.share, 1);
  }
  if (figure.share !== null && figure.share !== undefined) return percent(figure.share, 1);
  return number(figure.cases);
}

/** A case's amount. */
export function amountOf(one: Case): string {
  if (one.hours !== null && one.hours !== undefined) return hours(one.hours);
  if (one.rial !== null && one.rial !== undefined) return rial(one.rial);
  return '';
}

/** Why something was refused: the sentence of the first value that will not do, if there is one. */
export function refusal(problem: Problem): string {
  const code = problem.errors.map((error) => error.code).find((code) => code);
  return (code && find(`refused-${code.replaceAll(/[._]/g, '-')}`)) || inWords(problem);
}
