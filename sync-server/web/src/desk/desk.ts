// What the desk asks the server.
import { api, ask, askWhole, type Schemas } from '../lib/api/client';

export type Request = Schemas['RequestBody'];
/** Each fact may be left out. */
export type Fields = Partial<Schemas['RequestFields']>;
export type Detail = Schemas['RequestDetail'];
export type Activity = Schemas['ActivityBody'];
export type Act = Schemas['RequestAct'];
export type Customer = Schemas['CustomerBody'];
export type Contract = Schemas['ContractBody'];
export type Unit = Schemas['UnitBody'];
export type Deadline = Schemas['DeadlineBody'];
export type Complaint = Schemas['ComplaintBody'];
export type Solution = Schemas['SolutionBody'];
export type Warning = Schemas['WarningBody'];

export const KINDS = ['service', 'complaint', 'information', 'purchase', 'installation', 'pre_sale'] as const;
export type Kind = (typeof KINDS)[number];
export const CHANNELS = ['phone', 'in_person', 'email', 'sms', 'web', 'messenger', 'post', 'ivr', 'field'] as const;
export const LISTS = ['mine', 'unit', 'untouched', 'promised_today', 'waiting', 'controlled', 'no_unit', 'solutions'] as const;

/** What is known of somebody or something that is kept as reference. */
export type Known = Record<string, string | number | null | undefined>;
export const known = (body: unknown): Known => (body ?? {}) as Known;
export const wordOf = (value: Known[string]): string => (value === null || value === undefined ? '' : String(value));

export type Found = { account: string; by: string; customer: Known };

export async function findCustomers(text: string): Promise<Found[]> {
  const { customers } = await ask(api.GET('/v1/customers', { params: { query: { text } } }));
  return customers.map(({ account, by, customer }) => ({ account, by, customer: known(customer) }));
}

export function readCustomer(id: string): Promise<Customer> {
  return ask(api.GET('/v1/customers/{id}', { params: { path: { id } } }));
}

/** Other records that may be the same customer. */
export async function readTwins(account: string): Promise<number> {
  const list = await ask(api.GET('/v1/customer-duplicates', { params: { query: { account } } }));
  return list.duplicates.length;
}

export type Filter = { list: string; text: string; kind: string; open: boolean };

export async function readRequests({ list, text, kind, open }: Filter, cursor?: string) {
  const query = { list: list || undefined, text: text || undefined, kind: kind || undefined, open: open || undefined, cursor };
  return await ask(api.GET('/v1/requests', { params: { query } }));
}

export function readRequest(id: string): Promise<Detail> {
  return ask(api.GET('/v1/requests/{id}', { params: { path: { id } } }));
}

export type NewRequest = { kind: Kind; channel: string; unit: string; tell: 'email' | 'sms' | 'none'; fields: Fields };

/** Registers a request; the key makes one of a form that is sent twice. */
export async function register({ kind, channel, unit, tell, fields }: NewRequest, key: string) {
  const filled = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== null)) as Schemas['RequestFields'];
  const body = { kind, channel, tell, fields: filled, unit: unit || null };
  return await ask(api.POST('/v1/requests', { params: { header: { 'Idempotency-Key': key } }, body }));
}

/** Does something on a request as it was read; somebody else's act in between refuses it. */
export async function act({ id, version }: Request, body: Act): Promise<void> {
  const headers = { 'If-Match': `"${version}"` };
  await askWhole(api.POST('/v1/requests/{id}/activities', { params: { path: { id } }, body, headers }));
}

export async function makeVisit(id: string, note: string): Promise<void> {
  await ask(api.POST('/v1/requests/{id}/visits', { params: { path: { id } }, body: { note: note || null } }));
}

export async function readSolutions(request: string): Promise<Solution[]> {
  return (await ask(api.GET('/v1/solutions', { params: { query: { request } } }))).solutions;
}

export async function searchSolutions(text: string): Promise<Solution[]> {
  return (await ask(api.GET('/v1/solutions', { params: { query: { text } } }))).solutions;
}

export const readUnits = async (): Promise<Unit[]> => (await ask(api.GET('/v1/units'))).units;

export async function readDeadlines(team: string): Promise<Deadline[]> {
  return (await ask(api.GET('/v1/deadlines', { params: { query: { team: team || undefined, limit: 200 } } }))).deadlines;
}

export const readComplaints = async (): Promise<Complaint[]> => (await ask(api.GET('/v1/complaints'))).complaints;

export type FileAct = Schemas['ComplaintAct'];

/** The complaint file of a request. @throws Problem `not_found` where none is opened */
export function readFile(request: string): Promise<Complaint> {
  return ask(api.GET('/v1/requests/{id}/complaint', { params: { path: { id: request } } }));
}

export function actOnFile(request: string, body: FileAct): Promise<Complaint> {
  return ask(api.POST('/v1/requests/{id}/complaint', { params: { path: { id: request } }, body }));
}
