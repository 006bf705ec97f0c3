// Names of people and agencies, read once and kept: rows and histories carry ids.
import { api, ask, type Schemas } from './api/client';
import type { Role } from './session.svelte';

type Agency = Schemas['AgencyBody'];
type Person = Schemas['UserBody'];

const known = $state<{ people: Map<string, Person>; agencies: Agency[] }>({ people: new Map(), agencies: [] });
let asked: Promise<void> | undefined;

async function read(): Promise<void> {
  const [people, agencies] = await Promise.all([ask(api.GET('/v1/users')), ask(api.GET('/v1/agencies'))]);
  known.people = new Map(people.users.map((person) => [person.id, person]));
  known.agencies = agencies.agencies;
}

/** Brings the names; a page that shows some asks for it once. */
export function bringNames(): Promise<void> {
  asked ??= read().catch(() => {
    asked = undefined;
  });
  return asked;
}

export function agencies(): Agency[] {
  void bringNames();
  return known.agencies;
}

export function agencyName(id: string | null | undefined): string {
  void bringNames();
  return known.agencies.find((agency) => agency.id === id)?.name ?? '';
}

/** The name that people see; the beginning of the id where it is not known. */
export function personName(id: string | null | undefined): string {
  void bringNames();
  return id ? (known.people.get(id)?.display_name ?? id.slice(0, 8)) : '';
}

/** People who may sign in and whose name contains what was typed. */
export async function findPeople(typed: string, role?: Role): Promise<{ value: string; label: string }[]> {
  const { users } = await ask(api.GET('/v1/users', { params: { query: { role } } }));
  const wanted = typed.toLocaleLowerCase();
  const found = users.filter((user) => !user.disabled_at && user.display_name.toLocaleLowerCase().includes(wanted));
  return found.slice(0, 30).map(({ id, display_name }) => ({ value: id, label: display_name }));
}
