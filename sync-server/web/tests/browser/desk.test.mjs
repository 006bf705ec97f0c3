// The desk: a request registered by the keyboard with what is known of the customer beside
// it, answered, handed over; worklists, deadlines, in three languages and on a small phone.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';

import { api, fits, isSound, open, plain, signIn } from './browser.mjs';

const { users } = await api('admin', 'GET', '/v1/users');
const desk = users.find(({ name }) => name === 'desk').id;
const { units } = await api('admin', 'GET', '/v1/units');
if (units.length === 0) {
  const duties = ['registrar', 'call_centre', 'executional_support'];
  await api('admin', 'POST', '/v1/units', { key: 'call_centre', name: 'Call centre', duties, level: 1 });
  await api('admin', 'POST', '/v1/units', { key: 'complaints', name: 'Complaints', duties: ['complaints_owner'] });
  await api('admin', 'POST', '/v1/units', { key: 'technical', name: 'Technical support', duties: ['technical_support'], level: 3 });
}
for (const unit of ['call_centre', 'complaints']) await api('admin', 'PUT', `/v1/units/${unit}/members/${desk}`, {});
const phone = `0133${Date.now().toString().slice(-7)}`;
const name = `Mrs. Yousefi ${phone.slice(-4)}`;
await api('desk', 'POST', '/v1/customers', { name, phone, city: 'Rasht', address: 'Gilan Boulevard 5' });

test('a request is registered by the keyboard alone', async () => {
  const page = await open({ allowed: ['422'] });
  await signIn(page, 'desk', '/desk');
  await page.getByRole('heading', { name: 'Service desk' }).waitFor();
  await page.locator('body').press('n');
  await page.getByRole('heading', { name: 'New request' }).waitFor();
  await page.getByRole('combobox', { name: 'Customer', exact: true }).focus();
  // As a Persian keyboard writes digits.
  await page.keyboard.type(phone.replace(/\d/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[digit]));
  await page.getByRole('option', { name: new RegExp(name) }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').getByRole('heading', { name }).waitFor();
  assert.equal(await page.getByLabel('Telephone', { exact: true }).inputValue(), phone);
  await page.getByLabel('Subject').focus();
  await page.keyboard.type('The fridge does not cool');
  await page.getByLabel('Your remark').focus();
  await page.keyboard.type('calm on the phone');
  await page.keyboard.press('Enter');
  await page.getByText('Something is missing; it is marked below.').waitFor();
  assert.equal(await page.getByText('This is needed for such a request.').count(), 2);
  assert.equal(await page.getByLabel('Subject').inputValue(), 'The fridge does not cool');
  await isSound(page);
  await page.getByLabel('What was said').fill('Since yesterday, after a power cut.');
  await page.getByLabel('Product').focus();
  await page.keyboard.type('RF-520');
  await page.keyboard.press('Enter');
  await page.getByText('No contract covers this; the work goes on.').waitFor();
  await page.getByRole('link', { name: 'Open it' }).click();
  await page.getByRole('heading', { level: 1, name: /The fridge does not cool/ }).waitFor();
  await isSound(page);
});

test('what is open already is seen before a second one is registered', async () => {
  const page = await open();
  await signIn(page, 'desk', '/desk/new');
  await page.getByRole('combobox', { name: 'Customer', exact: true }).fill(name);
  await page.getByRole('option', { name: new RegExp(name) }).click();
  await page.getByRole('heading', { name: /open already/ }).waitFor();
  await page.getByRole('complementary').getByText('The fridge does not cool').waitFor();
  await isSound(page);
});

test('each type asks for its own facts', async () => {
  const page = await open();
  await signIn(page, 'desk', '/desk/new');
  const asks = { complaint: 'Against what', purchase: 'Would buy', installation: 'Contract', pre_sale: 'Seller' };
  for (const [kind, fact] of Object.entries(asks)) {
    await page.getByLabel('Type').selectOption(kind);
    await page.getByLabel(fact, { exact: true }).waitFor();
  }
});

test('it is answered, noted and handed over, and the thread says so', async () => {
  const { requests } = await api('desk', 'GET', `/v1/requests?text=${encodeURIComponent('fridge')}`);
  const page = await open();
  await signIn(page, 'desk', `/desk/${requests[0].id}`);
  const next = page.getByRole('form', { name: 'Next' });
  const act = async (what, words, unit) => {
    await next.getByLabel('Next', { exact: true }).selectOption(what);
    if (unit) await next.getByLabel('Unit').selectOption(unit);
    if (words) await next.getByLabel('Words').fill(words);
    await next.getByRole('button').click();
  };
  const thread = page.getByRole('region', { name: 'What was said and done' });
  await act('answer', 'Please switch it off for an hour.');
  await thread.getByText('Please switch it off for an hour.').waitFor();
  await act('note', 'He sounded angry.');
  await thread.getByText('not for the customer').first().waitFor();
  await act('hand_over', 'It needs a visit.', 'technical');
  await thread.getByText('Handed over').waitFor();
  await isSound(page);
  const shown = await api('desk', 'GET', `/v1/requests/${requests[0].id}`);
  assert.equal(shown.request.unit, 'technical');
});

test('worklists, deadlines and files are lists of their own', async () => {
  const page = await open();
  await signIn(page, 'desk', '/desk');
  await page.getByLabel('Worklist').selectOption('controlled');
  await page.getByRole('cell', { name: 'The fridge does not cool' }).first().waitFor();
  assert.match(page.url(), /list=controlled/);
  await page.getByRole('tab', { name: 'Deadlines' }).click();
  await page.locator('tbody tr').first().waitFor();
  await isSound(page);
  await page.getByRole('tab', { name: 'Complaint files' }).click();
  await page.getByText('There is no complaint file.').waitFor();
});

test('it reads in three languages on a small phone', async () => {
  const { requests } = await api('desk', 'GET', '/v1/requests');
  for (const language of ['fa', 'ru', 'en']) {
    const page = await open({ language, width: 360, height: 720 });
    await signIn(page, 'desk', '/desk');
    for (const path of ['/desk', '/desk/new', `/desk/${requests[0].id}`]) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.loading').waitFor({ state: 'detached' });
      await fits(page);
      await isSound(page);
    }
    assert.ok(plain(await page.locator('main').textContent()).length > 100);
  }
});

test('a complaint has a file: opened, examined', async () => {
  const fields = { account_name: name, contact_name: name, phone, initiator_name: name, initiator_relation: 'consumer' };
  const more = { subject: 'Nobody came', description: 'I waited all day.', against: 'the visit', registrar_comment: 'upset' };
  const made = await api('desk', 'POST', '/v1/requests', { kind: 'complaint', channel: 'phone', tell: 'none', fields: { ...fields, ...more } });
  const page = await open({ allowed: ['404'] });
  await signIn(page, 'desk', `/desk/${made.request.id}`);
  const file = page.getByRole('region', { name: 'The complaint’s file' });
  await file.getByRole('button', { name: 'Open a file' }).click();
  await file.getByText(/C-\d+/).waitFor();
  await file.getByLabel('What the complainant is told').fill('We look into it.');
  await file.getByRole('button', { name: 'Examine' }).click();
  await file.getByText('admitted').waitFor();
  await isSound(page);
});

test('what a customer sent is saved as it came; a picture is shown, a page never', async () => {
  let mails = [];
  for (let tries = 0; mails.length === 0 && tries < 50; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    mails = (await api('desk', 'GET', `/v1/requests?text=${encodeURIComponent('leaks')}`)).requests;
  }
  const { files } = await api('desk', 'GET', `/v1/requests/${mails[0].id}`);
  assert.deepEqual(files.map(({ name }) => name), ['leak.png', 'page.html']);
  const page = await open();
  await signIn(page, 'desk', `/desk/${mails[0].id}`);
  const list = page.getByRole('region', { name: 'Files' });
  await list.getByText('leak.png').waitFor();
  for (const { name, bytes } of files) {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      list.getByRole('button', { name: new RegExp(`Save .*${name}`) }).click(),
    ]);
    assert.equal(saved.suggestedFilename(), name);
    assert.equal((await stat(await saved.path())).size, bytes);
  }
  assert.equal(await list.getByRole('button', { name: /Show .*page/ }).count(), 0);
  await list.getByRole('button', { name: /Show .*leak/ }).press('Enter');
  const picture = page.getByRole('dialog', { name: 'leak.png' }).getByRole('img');
  await picture.waitFor();
  assert.ok((await picture.evaluate((image) => image.naturalWidth)) > 0, 'it was drawn');
  await isSound(page);
  assert.equal(await page.title(), 'Hamgam');
});
