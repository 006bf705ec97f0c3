// The words of the pages: Fluent messages by area and language, loaded as they are needed.
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';

export const LANGUAGES = ['fa', 'ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Which locale writes dates and numbers. */
export const LOCALES: Record<Language, string> = { fa: 'fa-IR', ru: 'ru-RU', en: 'en-GB' };

const KEPT = 'hamgam.language';
const files = new Map<string, () => Promise<string>>();
const base = import.meta.glob<string>('./base/*.ts', { import: 'default' });

const state = $state({ language: first(), loaded: 0 });
const areas = new Set<string>();
const bundles = new Map<Language, FluentBundle>();
const held = new Set<string>();

/** The language of the last visit, else the browser's, else Persian. */
function first(): Language {
  const asked = [localStorage.getItem(KEPT) ?? '', ...navigator.languages];
  const found = asked.map((tag) => LANGUAGES.find((language) => tag.startsWith(language)));
  return found.find((language) => language !== undefined) ?? 'fa';
}

export function language(): Language {
  return state.language;
}

export function locale(): string {
  return LOCALES[state.language];
}

/** Says which message files these pages carry, so that those of the phone have none of the office's. */
export function carry(messages: Record<string, () => Promise<string>>): void {
  for (const [path, file] of Object.entries(messages)) files.set(path.split('/').slice(-2).join('/'), file);
}

/** Brings an area's messages; `base` is what is on every page, others stand in the table of routes. */
export async function loadMessages(...names: string[]): Promise<void> {
  for (const name of names) areas.add(name);
  await Promise.all(names.map((name) => bring(name, state.language)));
  state.loaded += 1;
}

/** Changes to another language once all that is on the page is there in it. */
export async function speak(to: Language): Promise<void> {
  await Promise.all([...areas].map((name) => bring(name, to)));
  localStorage.setItem(KEPT, to);
  state.language = to;
  dressPage();
}

/** Tells the browser which language is read in which direction. */
export function dressPage(): void {
  document.documentElement.lang = state.language;
  document.documentElement.dir = state.language === 'fa' ? 'rtl' : 'ltr';
}

async function bring(area: string, to: Language): Promise<void> {
  const path = `${to}/${area}.ftl`;
  const file = area === 'base' ? base[`./base/${to}.ts`] : files.get(path);
  if (file === undefined || held.has(path)) return;
  const text = await file();
  if (held.has(path)) return;
  held.add(path);
  for (const error of bundleOf(to).addResource(new FluentResource(text))) console.error(error);
}

function bundleOf(to: Language): FluentBundle {
  const bundle = bundles.get(to) ?? new FluentBundle(LOCALES[to]);
  bundles.set(to, bundle);
  return bundle;
}

/** A message in the language of the page. */
export function t(id: string, values?: Record<string, FluentVariable>): string {
  const found = find(id, values);
  if (found === undefined) console.error(`no message ${id} in ${state.language}`);
  return found ?? id;
}

/** A message that there may not be. */
export function find(id: string, values?: Record<string, FluentVariable>): string | undefined {
  // Reading it lets what is on the page follow the messages as they come.
  void state.loaded;
  const bundle = bundles.get(state.language);
  const pattern = bundle?.getMessage(id)?.value;
  return bundle && pattern ? bundle.formatPattern(pattern, values) : undefined;
}
