// Administration: people and phones, agencies, versions that are tried, files that are tried.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, fits, isSound, open, plain, signIn } from './browser.mjs';

async function part(name, options = {}) {
  const page = await open(options);
  await signIn(page, 'admin', `/admin?part=${name}`);
  await page.getByRole('tabpanel').waitFor();
  return page;
}

test('a person is entered, a wrong value is said and what was typed stays', async () => {
  const page = await part('people', { allowed: ['422', '409'] });
  await page.getByRole('button', { name: 'New person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Leila Azizi');
  await dialog.getByLabel('Name to sign in').fill('leila');
  await dialog.getByLabel('Role').selectOption('representative');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('A representative needs an agency.').waitFor();
  assert.equal(await dialog.getByLabel('Name', { exact: true }).inputValue(), 'Leila Azizi');
  await isSound(page);
  await dialog.getByLabel('Agency').selectOption({ index: 1 });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /Leila Azizi/ }).waitFor();
  const { users } = await api('admin', 'GET', '/v1/users?role=representative');
  assert.ok(users.some(({ name }) => name === 'leila'));
});

test('a role is changed, and the old one ends; one that work hangs on stays', async () => {
  const page = await part('people', { allowed: ['409'] });
  await page.getByRole('row', { name: /leila/ }).getByRole('button', { name: 'Correct' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Role').selectOption('quality');
  await dialog.getByText('signs in again').waitFor();
  await isSound(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /leila/ }).getByText('Quality').waitFor();
  await page.getByRole('row', { name: /omid/ }).getByRole('button', { name: 'Correct' }).click();
  await dialog.getByLabel('Role').selectOption('dispatcher');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').getByText('A technician who has worked keeps').waitFor();
  const { users } = await api('admin', 'GET', '/v1/users');
  const roleOf = (wanted) => users.find(({ name }) => name === wanted).role;
  assert.deepEqual([roleOf('leila'), roleOf('omid')], ['quality', 'technician']);
});

test('a phone is enrolled by a code, as letters and as a picture', async () => {
  const page = await part('people');
  await page.getByRole('row', { name: /omid/ }).getByRole('button', { name: 'Enrol a phone' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('img').waitFor();
  const code = plain(await dialog.locator('.typed').textContent());
  await isSound(page);
  const answer = await fetch(`${new URL(page.url()).origin}/v1/devices/enrol`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, device_name: 'read off the page' }),
  });
  assert.equal(answer.status, 201);
});

test('new weights are tried on a month, and entered', async () => {
  const page = await part('scoring_rules', { allowed: ['422'] });
  await page.getByRole('button', { name: 'New version' }).click();
  const { month } = await api('admin', 'GET', '/v1/scores');
  await page.getByLabel('In the month').selectOption(month);
  const weight = page.getByLabel('Weight: Fixed at first visit');
  await weight.fill('20');
  await weight.press('Tab');
  await page.getByText('it must be 100').first().waitFor();
  await page.getByRole('button', { name: 'Look at the effect' }).click();
  await page.getByText('The weights must make 100 together.').waitFor();
  const other = page.getByLabel('Weight: Customer satisfaction');
  await other.fill('12');
  await other.press('Tab');
  await page.getByRole('button', { name: 'Look at the effect' }).click();
  await page.getByText(/agencies would have another score/).waitFor();
  await isSound(page);
  await page.getByLabel('Name of the version').fill('tried first');
  await page.getByRole('button', { name: 'Enter the version' }).click();
  await page.getByRole('row', { name: /tried first/ }).waitFor();
  const { versions } = await api('admin', 'GET', '/v1/rulebook/scoring_rules');
  assert.equal(versions.at(-1).content.monthly.components.find(({ key }) => key === 'first_time_fix').weight, 20);
});

test('a file is tried before it is taken', async () => {
  const page = await part('import');
  await page.getByLabel('What the file holds').selectOption('parts');
  const content = 'part_no,name,price\nP-1,seal,1200\nP-2,,5\n';
  await page.getByLabel('File (CSV in UTF-8)').setInputFiles({ name: 'parts.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('Not kept: only tried').waitFor();
  assert.equal(plain(await page.getByRole('tabpanel').locator('tbody td').first().textContent()), '3');
  await isSound(page);
  await page.getByRole('button', { name: /good rows/ }).click();
  await page.getByRole('tabpanel').getByText('Kept', { exact: true }).waitFor();
});

test('a dispatcher sees the devices alone', async () => {
  const page = await open();
  await signIn(page, 'sara', '/admin?part=people');
  await page.getByRole('heading', { name: 'Enrol a phone' }).waitFor();
  assert.equal(await page.getByRole('tab').count(), 0);
  await isSound(page);
});

test('each part fits a small phone, in three languages', async () => {
  for (const language of ['fa', 'ru', 'en']) {
    const page = await part('people', { language, width: 360, height: 720 });
    for (const name of ['people', 'devices', 'agencies', 'calendar', 'tariff', 'survey_questions', 'scoring_rules', 'import']) {
      await page.goto(new URL(`/admin?part=${name}`, page.url()).href);
      await page.getByRole('tabpanel').waitFor();
      await page.locator('.loading').waitFor({ state: 'detached' });
      await fits(page);
      await isSound(page);
    }
  }
});
