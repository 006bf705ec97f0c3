// An edit of this phone in words: what was typed, without ids.
import { moment, money, number, time } from '../lib/format';
import { t } from '../lib/language.svelte';
import type { FieldValue, JobFieldEdit, TripFieldEdit, TypedEdit } from './surface';
import { kebab, word } from './words';

/** Quantities are thousandths. */
const WHOLE = 1_000;
const METRES_PER_KM = 1_000;

export function edit(typed: TypedEdit | null): string {
  return typed === null ? t('phone-edit-unreadable') : told(typed);
}

function told(typed: TypedEdit): string {
  const title = t(`phone-edit-${kebab(typed.type)}`);
  const words = wordsOf(typed);
  return words === '' ? title : `${title}: ${words}`;
}

function wordsOf(typed: TypedEdit): string {
  switch (typed.type) {
    case 'job':
      return typed.fields.map(jobField).join('، ');
    case 'fields':
      return typed.edits.map(jobField).join('، ');
    case 'event':
      return [word('phone-event', typed.kind), typed.reason ?? '', typed.until === null ? '' : moment(typed.until)]
        .filter(Boolean)
        .join(' – ');
    case 'part':
      return `${number(typed.part.quantity / WHOLE, 3)} × ${typed.part.name || typed.part.partNo}`;
    case 'voidPart':
    case 'voidNote':
    case 'voidReceipt':
    case 'voidTrip':
      return typed.reason;
    case 'labour':
      return [typed.startedAt, typed.endedAt].map((at) => (at === null ? '' : moment(at))).filter(Boolean).join(' – ');
    case 'answer':
      return `${typed.item}: ${typed.answer}`;
    case 'note':
      return typed.text;
    case 'text':
      return `${t(`phone-${typed.which}`)}: ${typed.value}`;
    case 'words':
      return `${t(`phone-${typed.which}`)}: ${typed.inserted}`;
    case 'attachment':
      return [word('phone-kind', typed.attachment.kind), typed.attachment.caption].filter(Boolean).join(' – ');
    case 'trip':
      return typed.fields.map(tripField).join('، ');
    case 'tripFields':
      return typed.edits.map(tripField).join('، ');
    case 'receipt':
      return `${word('phone-receipt', typed.receipt.kind)} – ${money(typed.receipt.amount.minor, typed.receipt.amount.currency)}`;
    case 'tripJob':
    case 'tripWithoutJob':
    case 'assignment':
      return '';
  }
}

function jobField({ field, value }: JobFieldEdit): string {
  return `${word('phone-field', field)}: ${shown(value ?? null)}`;
}

function tripField({ field, value }: TripFieldEdit): string {
  const isMetres = field === 'distanceM' && value?.type === 'int';
  const text = isMetres ? kilometres(value.value) : shown(value ?? null);
  return `${word('phone-trip-field', field)}: ${text}`;
}

/** From one time to another, or only the first: which comes first is the language's matter. */
export function span(from: number, to: number | null): string {
  return to === null ? time(from) : t('phone-span', { from: time(from), to: time(to) });
}

export function kilometres(metres: number): string {
  return t('phone-km', { km: number(metres / METRES_PER_KM, 1) });
}

/** A value as people write it; one that was cleared is a dash. */
export function shown(value: FieldValue | null): string {
  if (value === null) return '–';
  switch (value.type) {
    case 'instant':
      return moment(value.value);
    case 'int':
      return number(value.value);
    case 'bool':
      return t(value.value ? 'phone-answer-yes' : 'phone-answer-no');
    case 'text':
    case 'id':
      return value.value;
  }
}
