// Every message stands in all three languages, with the same values, and is used.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { FluentResource } from '@fluent/bundle';

const ROOT = new URL('../..', import.meta.url).pathname;
const LANGUAGES = ['fa', 'ru', 'en'];

/** Messages of a file by name, each with the values that it takes. */
function messages(language, area) {
  const resource = new FluentResource(readFileSync(join(ROOT, 'messages', language, area), 'utf8'));
  return new Map(resource.body.map((entry) => [entry.id, values(entry.value)]));
}

function values(pattern) {
  const found = new Set([...JSON.stringify(pattern ?? '').matchAll(/"type":"var","name":"([^"]+)"/g)].map((match) => match[1]));
  return [...found].sort().join(' ');
}

function areas(language) {
  return readdirSync(join(ROOT, 'messages', language)).filter((name) => name.endsWith('.ftl')).sort();
}

function sources() {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true }).filter((name) => /\.(ts|svelte)$/.test(name));
  return files.filter((name) => !name.endsWith('schema.d.ts')).map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
}

test('each area is there in every language, with the same messages and values', () => {
  for (const language of LANGUAGES) assert.deepEqual(areas(language), areas('en'));
  for (const area of areas('en')) {
    const wanted = messages('en', area);
    for (const language of LANGUAGES) {
      assert.deepEqual(new Map([...messages(language, area)].sort()), new Map([...wanted].sort()), `${language}/${area}`);
    }
  }
});

test('each file reads whole: no line was dropped as a mistake', () => {
  for (const language of LANGUAGES) {
    for (const area of areas(language)) {
      const text = readFileSync(join(ROOT, 'messages', language, area), 'utf8');
      const named = [...text.matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1]);
      assert.deepEqual([...messages(language, area).keys()], named, `${language}/${area}`);
    }
  }
});

test('each message is used, and each one that is used is there', () => {
  const text = sources().join('\n');
  const literal = new Set([...text.matchAll(/['"`]([a-z][a-z0-9-]*)['"`]/g)].map((match) => match[1]));
  // Names that are put together begin in a template, or stand in a comment: "messages: type-*".
  const built = [...text.matchAll(/`([a-z-]+-)\$\{/g), ...text.matchAll(/\b([a-z]+-)\*/g)];
  const beginnings = built.map((match) => match[1]);
  const all = new Set(areas('en').flatMap((area) => [...messages('en', area).keys()]));
  const unused = [...all].filter((id) => !literal.has(id) && !beginnings.some((start) => id.startsWith(start)));
  assert.deepEqual(unused, []);
  const asked = [...text.matchAll(/\bt\(\s*'([a-z][a-z0-9-]*)'/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(asked)].filter((id) => !all.has(id)), []);
});

test('a language is written in its own letters', () => {
  for (const area of areas('en')) {
    const bare = (language) => readFileSync(join(ROOT, 'messages', language, area), 'utf8').replace(/^#.*$/gm, '');
    assert.doesNotMatch(bare('fa').replace(/^[\w-]+ =|\{[^}]*\}/gm, ''), /[А-яё]|[يك]/, `fa/${area}`);
    assert.doesNotMatch(bare('ru'), /[\u0600-\u06ff]/, `ru/${area}`);
    assert.doesNotMatch(bare('en'), /[\u0600-\u06ff\u0400-\u04ff]/, `en/${area}`);
  }
});
