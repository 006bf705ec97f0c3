// A frozen month: a representative objects to a row, the quality officer answers it, and the
// month has a new version without the row.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, isSound, open, plain, signIn } from './browser.mjs';

const { month: present } = await api('quality', 'GET', '/v1/scores');
const [year, number] = present.split('-').map(Number);
const month = number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
const { agencies } = await api('quality', 'GET', '/v1/agencies');
const own = agencies.find(({ city }) => city === 'رشت');
const score = () => api('quality', 'GET', `/v1/scores/${own.id}/${month}`);
const WHY = 'The customer asked for a second day himself.';

test('a representative objects to a row; what was typed stays when it is refused', async () => {
  assert.equal((await score()).stage, 'frozen');
  const page = await open({ allowed: ['422'] });
  await signIn(page, 'north', `/month?month=${month}&open=component:first_time_fix`);
  await page.getByText('Frozen').first().waitFor();
  const row = page.getByRole('row', { name: /Missed/ }).first();
  await row.getByRole('button', { name: 'Object' }).click();
  const form = page.getByRole('dialog', { name: 'Object to a row' });
  await form.getByLabel('Why it should not count').fill(WHY);
  await isSound(page);
  await form.getByRole('button', { name: 'Send the objection' }).click();
  await page.getByText('The objection was sent.').waitFor();
  await page.getByRole('row', { name: /Missed/ }).getByText('Objected').first().waitFor();
  const { objections } = await score();
  assert.equal(objections[0].text, WHY);
});

test('the quality officer answers, and the month has a new version without the row', async () => {
  const before = await score();
  const page = await open();
  await signIn(page, 'quality', `/month?month=${month}&agency=${own.id}`);
  await page.getByText(WHY).waitFor();
  await page.getByRole('button', { name: 'Answer', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Answer the objection' });
  await form.getByLabel('What you say to it').fill('So it is written in the job.');
  await isSound(page);
  await form.getByRole('button', { name: 'Accept and leave out' }).click();
  await page.getByText('Accepted: left out').waitFor();
  const after = await score();
  assert.equal(after.versions.length, before.versions.length + 1);
  assert.ok(after.score > before.score, `${after.score} after ${before.score}`);
  assert.equal(after.excluded.objection_accepted, 1);
  await page.getByText(String(after.score_shown)).first().waitFor();
  await isSound(page);
});

test('the representative reads the answer', async () => {
  const page = await open();
  await signIn(page, 'north', `/month?month=${month}`);
  await page.getByText('So it is written in the job.').waitFor();
  const excluded = page.getByRole('region', { name: 'What does not count' });
  assert.match(plain(await excluded.textContent()), /Objection accepted/);
  await isSound(page);
});
