// An agency's month with a year behind it: the line of its months, and how the other
// agencies lie, without their names.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, isSound, open, plain, signIn } from './browser.mjs';

const { month: present } = await api('quality', 'GET', '/v1/scores');
const { agencies } = await api('quality', 'GET', '/v1/agencies');
const own = agencies.find(({ city }) => city === 'رشت');
const { earlier } = await api('quality', 'GET', `/v1/scores/${own.id}/${present}`);
const [last] = earlier;
const score = await api('quality', 'GET', `/v1/scores/${own.id}/${last.month}`);

async function opened(month) {
  const page = await open();
  await signIn(page, 'north', `/month?month=${month}`);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  return page;
}

test('twelve months and this one make a line, and each leads to its month', async () => {
  const page = await opened(last.month);
  const chart = page.getByRole('region', { name: 'Twelve months and this one' });
  const links = await chart.locator('thead a').evaluateAll((all) => all.map(({ href }) => new URL(href).searchParams.get('month')));
  assert.deepEqual(links, [...score.earlier.map(({ month }) => month).reverse(), last.month]);
  const shown = await chart.locator('tbody td').allTextContents();
  const scores = [...score.earlier.map(({ score }) => score?.score_shown).reverse(), score.score_shown];
  assert.deepEqual(shown, scores.map((value) => (value === undefined ? '–' : String(Number(value.toFixed(1))))));
  assert.equal(scores.filter((value) => value !== undefined).length, 12);
  await isSound(page);
});

test('the other agencies are told by quarters and not by name', async () => {
  const page = await opened(last.month);
  assert.equal(score.benchmark.agencies, 6);
  const text = plain(await page.getByRole('main').textContent());
  assert.ok(text.includes(String(Number(score.benchmark.score.median.toFixed(1)))), text);
  for (const { id, name } of agencies) {
    if (id !== own.id) assert.ok(!text.includes(name), name);
  }
});
