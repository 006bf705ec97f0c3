// What can be typed again of a refused edit: its words. The rest of it stays as it was.
import type { TypedEdit } from './surface';

/** The words of an edit; none where it has none to correct. */
export function wordsOf(typed: TypedEdit): string | undefined {
  switch (typed.type) {
    case 'note':
      return typed.text;
    case 'text':
      return typed.value;
    case 'words':
      return typed.inserted;
    case 'answer':
      return typed.answer;
    case 'event':
      return typed.reason ?? undefined;
    case 'voidPart':
    case 'voidNote':
    case 'voidReceipt':
    case 'voidTrip':
      return typed.reason;
    case 'part':
      return typed.part.partNo;
    case 'fields':
      return typed.edits.length === 1 && typed.edits[0]?.value?.type === 'text' ? typed.edits[0].value.value : undefined;
    case 'tripFields':
      return typed.edits.length === 1 && typed.edits[0]?.value?.type === 'text' ? typed.edits[0].value.value : undefined;
    case 'receipt':
      return String(typed.receipt.amount.minor);
    default:
      return undefined;
  }
}

/** The same edit with other words. */
export function withWords(typed: TypedEdit, words: string): TypedEdit {
  switch (typed.type) {
    case 'note':
      return { ...typed, text: words };
    case 'text':
      return { ...typed, value: words };
    case 'words':
      return { type: 'text', which: typed.which, value: words };
    case 'answer':
      return { ...typed, answer: words };
    case 'event':
    case 'voidPart':
    case 'voidNote':
    case 'voidReceipt':
    case 'voidTrip':
      return { ...typed, reason: words };
    case 'part':
      return { ...typed, part: { ...typed.part, partNo: words } };
    case 'fields':
      return { ...typed, edits: typed.edits.map((edit) => ({ ...edit, value: { type: 'text', value: words } })) };
    case 'tripFields':
      return { ...typed, edits: typed.edits.map((edit) => ({ ...edit, value: { type: 'text', value: words } })) };
    case 'receipt':
      return { ...typed, receipt: { ...typed.receipt, amount: { ...typed.receipt.amount, minor: Number(words) } } };
    default:
      return typed;
  }
}
