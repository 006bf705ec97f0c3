// The single-value fields of a job in the groups in which people read them. Each has its
// message `field-<group>-<name>`; a choice has one for each word (messages: type-*,
// channel-*, severity-*, origin-*).
export type FieldKind = 'text' | 'long' | 'day' | 'moment' | 'number' | 'yes' | 'person' | 'agency' | 'choice';
export type Field = {
  path: string;
  kind: FieldKind;
  choice?: string;
  words?: string[];
  /** Of what is counted in parts of its unit, how many make one. */
  parts?: number;
  fixed?: boolean;
};
export type Group = { name: string; fields: Field[] };

const text = (path: string): Field => ({ path, kind: 'text' });
const degrees = (path: string): Field => ({ path, kind: 'number', parts: 1_000_000 });
const moment = (path: string): Field => ({ path, kind: 'moment' });
const choice = (path: string, choice: string, ...words: string[]): Field => ({ path, kind: 'choice', choice, words });

/** What the office may change with one saving; the outcome is the technician's. */
export const GROUPS: Group[] = [
  {
    name: 'request',
    fields: [
      { ...text('request.number'), fixed: true },
      text('request.subject'),
      { path: 'request.description', kind: 'long' },
      choice('request.type', 'type', 'complaint', 'information', 'service', 'purchase', 'installation', 'pre_sale'),
      choice('request.channel', 'channel', 'phone', 'sms', 'ivr', 'web', 'email', 'messenger', 'post', 'in_person', 'field'),
      choice('request.priority', 'priority', 'low', 'normal', 'high', 'urgent'),
      choice('request.severity', 'severity', 'minor', 'major', 'critical'),
      text('request.category'),
      text('request.cause'),
      moment('request.received_at'),
      text('request.team'),
      { path: 'request.owner', kind: 'person' },
      { path: 'request.estimated_minutes', kind: 'number' },
      moment('request.estimated_end'),
      text('request.seller_request_no'),
      text('request.delivery_code'),
      { path: 'request.registrar_comment', kind: 'long' },
    ],
  },
  {
    name: 'customer',
    fields: [
      text('account.name'),
      text('contact.name'),
      text('contact.phone'),
      text('contact.mobile'),
      text('contact.email'),
      text('initiator.name'),
      text('initiator.phone'),
      text('initiator.role'),
    ],
  },
  { name: 'site', fields: [text('site.name'), text('site.address'), text('site.city'), text('site.zone'), degrees('site.lat'), degrees('site.lon')] },
  {
    name: 'asset',
    fields: [
      text('asset.model'),
      text('asset.serial'),
      text('asset.batch'),
      choice('asset.origin', 'origin', 'imported', 'produced', 'assembled'),
      moment('asset.warranty_until'),
    ],
  },
  {
    name: 'outcome',
    fields: [
      { path: 'outcome.hours', kind: 'number', parts: 1000, fixed: true },
      { path: 'outcome.days', kind: 'number', parts: 1000, fixed: true },
      { path: 'outcome.fault', kind: 'text', fixed: true },
      { path: 'outcome.result', kind: 'text', fixed: true },
      { path: 'outcome.training_given', kind: 'yes', fixed: true },
      { path: 'outcome.leaflet', kind: 'yes', fixed: true },
      { path: 'outcome.follow_up_needed', kind: 'yes', fixed: true },
    ],
  },
];

/** The message of a field's label. */
export function labelOf(path: string): string {
  return `field-${path.replaceAll('.', '-').replaceAll('_', '-')}`;
}

export function fieldAt(path: string): Field | undefined {
  return [...GROUPS.flatMap((group) => group.fields), ...ASSIGNMENT].find((field) => field.path === path);
}

const ASSIGNMENT: Field[] = [
  { path: 'assignment.technician', kind: 'person' },
  { path: 'assignment.representative', kind: 'agency' },
  moment('assignment.window_start'),
  moment('assignment.window_end'),
  { path: 'assignment.note', kind: 'text' },
];
