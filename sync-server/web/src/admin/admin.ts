// What administration asks the server.
import { api, ask, type Schemas } from '../lib/api/client';
import type { Role } from '../lib/session.svelte';

export type Person = Schemas['UserBody'];
export type Agency = Schemas['AgencyBody'];
export type Device = Schemas['DeviceBody'];
export type Code = Schemas['CodeBody'];
export type NewCode = Schemas['NewCodeBody'];
export type Rules = Schemas['RulesBody'];
export type Preview = Schemas['PreviewBody'];
export type ImportReport = Schemas['ImportBody'];
export type FileKind = Schemas['KindBody'];
export type RuleKind = 'calendar' | 'tariff' | 'survey_questions' | 'scoring_rules';

export const ROLES: Role[] = [
  'technician',
  'dispatcher',
  'representative',
  'administrator',
  'quality',
  'customer_relations',
  'desk',
];

export const readPeople = async (): Promise<Person[]> => (await ask(api.GET('/v1/users'))).users;
export const readAgencies = async (): Promise<Agency[]> => (await ask(api.GET('/v1/agencies'))).agencies;
export const readDevices = async (): Promise<Device[]> => (await ask(api.GET('/v1/devices'))).devices;
export const readCodes = async (): Promise<Code[]> => (await ask(api.GET('/v1/enrolment-codes'))).codes;

export type PersonForm = { name: string; display_name: string; role: Role; agency: string; password: string };

export function enterPerson({ name, display_name, role, agency, password }: PersonForm): Promise<Person> {
  const body = { name, display_name, role, agency: agency || null, password: password || null };
  return ask(api.POST('/v1/users', { body }));
}

export function correctPerson(id: string, { display_name, role, agency }: PersonForm): Promise<Person> {
  const body = { display_name, role, agency: agency || null };
  return ask(api.PUT('/v1/users/{id}', { params: { path: { id } }, body }));
}

export function bar(id: string): Promise<Person> {
  return ask(api.POST('/v1/users/{id}/disable', { params: { path: { id } } }));
}

export function letIn(id: string): Promise<Person> {
  return ask(api.POST('/v1/users/{id}/enable', { params: { path: { id } } }));
}

export async function setPassword(id: string, password: string): Promise<void> {
  await ask(api.POST('/v1/users/{id}/password', { params: { path: { id } }, body: { password } }));
}

export function enterAgency(name: string, city: string): Promise<Agency> {
  return ask(api.POST('/v1/agencies', { body: { name, city: city || null } }));
}

export function correctAgency(id: string, name: string, city: string): Promise<Agency> {
  return ask(api.PUT('/v1/agencies/{id}', { params: { path: { id } }, body: { name, city: city || null } }));
}

export async function block(id: string): Promise<void> {
  await ask(api.DELETE('/v1/devices/{id}', { params: { path: { id } } }));
}

export async function release(id: string): Promise<void> {
  await ask(api.POST('/v1/devices/{id}/release', { params: { path: { id } } }));
}

/** A one-time code for a person's phone, which reaches the server where this page does. */
export function makeCode(user: string): Promise<NewCode> {
  return ask(api.POST('/v1/enrolment-codes', { body: { user, server: location.origin } }));
}

export async function withdraw(id: string): Promise<void> {
  await ask(api.DELETE('/v1/enrolment-codes/{id}', { params: { path: { id } } }));
}

export async function readRules(kind: RuleKind): Promise<Rules[]> {
  return (await ask(api.GET('/v1/rulebook/{kind}', { params: { path: { kind } } }))).versions;
}

export async function readTemplate(kind: RuleKind): Promise<Content> {
  return (await ask(api.GET('/v1/rulebook/{kind}/template', { params: { path: { kind } } }))) as Content;
}

/** What a version says, as the server keeps it. */
export type Content = Record<string, unknown>;
/** The description knows no more of a content than that it is an object. */
type AnyContent = Schemas['NewRules']['content'];
export type Draft = { effective_from: string; agency: string; subject: string; version: string; content: Content };

export function tryOut(kind: RuleKind, { agency, subject, content }: Draft, month: string): Promise<Preview> {
  const body = { content: content as AnyContent, subject, agency: agency || null, month };
  return ask(api.POST('/v1/rulebook/{kind}/preview', { params: { path: { kind } }, body }));
}

export function enterRules(kind: RuleKind, draft: Draft): Promise<Rules> {
  const { effective_from, subject, content } = draft;
  // A content that carries its name has no other one.
  const version = 'version' in content ? null : draft.version || effective_from;
  const body = { effective_from, subject, content: content as AnyContent, version, agency: draft.agency || null };
  return ask(api.POST('/v1/rulebook/{kind}', { params: { path: { kind } }, body }));
}

export const readKinds = async (): Promise<FileKind[]> => (await ask(api.GET('/v1/imports'))).kinds;

export type FileForm = { kind: string; content: string; currency: string; assigned: Record<string, string> };

export function sendFile(form: FileForm, mode: 'preview' | 'all' | 'good'): Promise<ImportReport> {
  const { kind, content, currency, assigned } = form;
  const body = { content, mode, assigned, ignored: [], currency: currency || null };
  return ask(api.POST('/v1/imports/{kind}', { params: { path: { kind } }, body }));
}
