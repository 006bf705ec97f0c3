// The inbox: what cannot both hold is seen side by side and decided; nothing vanishes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, fits, isSound, open, phone, plain, signIn } from './browser.mjs';

async function jobOf(number) {
  return (await api('sara', 'GET', `/v1/jobs?number=${number}`)).jobs[0];
}

/** Phone and office write the same field without knowing of each other. */
async function conflict(number, phones, offices) {
  const job = await jobOf(number);
  await phone('omid', 'sync');
  await phone('omid', 'correct_phone', job.id, phones);
  const { etag } = await api('sara', 'GET', `/v1/jobs/${job.id}`);
  await api('sara', 'PATCH', `/v1/jobs/${job.id}`, { fields: { contact: { phone: offices } } }, { 'if-match': `"${etag}"` });
  await phone('omid', 'sync');
  return job;
}

test('two values stand side by side; the one that is chosen holds', async () => {
  const page = await open();
  await signIn(page, 'sara', '/inbox');
  await page.getByText('Live', { exact: true }).waitFor();
  const job = await conflict('V-0000', '0912 111', '0912 222');
  const item = page.getByRole('article').filter({ hasText: 'V-0000' });
  await item.getByText('0912 111').waitFor();
  await item.getByText('0912 222').waitFor();
  await item.getByText(/امید رضایی/).waitFor();
  await item.getByText(/سارا محمدی/).waitFor();
  await isSound(page);
  await item.getByLabel('Remark').fill('asked the customer');
  const chosen = item.locator('li').filter({ hasText: '0912 111' });
  await chosen.getByRole('button', { name: 'Take this value' }).click();
  await item.getByText(/value chosen/).waitFor();
  const shown = await api('sara', 'GET', `/v1/jobs/${job.id}`);
  assert.equal(shown.fields.contact.phone, '0912 111');
  await page.reload();
  await page.getByText('Nothing waits for a decision.').waitFor();
  await page.getByLabel('State').selectOption('decided');
  await page.getByText('asked the customer').waitFor();
});

test('a value of neither is written, and settles it', async () => {
  const job = await conflict('V-0008', '0912 333', '0912 444');
  const page = await open();
  await signIn(page, 'sara', `/inbox?document=${job.id}`);
  await page.getByRole('button', { name: 'Write a merged value' }).click();
  await page.getByLabel('Merged value').fill('0912 345');
  await page.getByRole('button', { name: 'Write it and settle' }).click();
  await page.getByText(/seen/).first().waitFor();
  const shown = await api('sara', 'GET', `/v1/jobs/${job.id}`);
  assert.equal(shown.fields.contact.phone, '0912 345');
  assert.equal(shown.undecided.length, 0);
});

test('work that came late is told and kept', async () => {
  const job = await jobOf('V-0016');
  await phone('omid', 'sync');
  await phone('omid', 'accept', job.id);
  const { users } = await api('sara', 'GET', '/v1/users?role=technician');
  const other = users.find((user) => user.name === 'tech1');
  await api('sara', 'POST', `/v1/jobs/${job.id}/reassign`, { technician: other.id, reason: 'a test' });
  await phone('omid', 'sync');
  const page = await open({ language: 'fa' });
  await signIn(page, 'sara', `/inbox?document=${job.id}`);
  await page.getByRole('article').first().waitFor();
  await isSound(page);
  const before = await page.getByRole('article').count();
  await page.getByRole('button', { name: 'دیده شد' }).first().click();
  await page.getByText(/سارا محمدی.*دیده شد/).first().waitFor();
  assert.equal(await page.getByRole('article').count(), before, 'it stays in sight, decided');
});

test('a refused edit that its author stands by is approved in his name', async () => {
  const job = await jobOf('V-0008');
  await phone('omid', 'sync');
  await phone('omid', 'correct_subject', job.id, 'The compressor, not the door');
  await phone('omid', 'sync');
  await phone('omid', 'offer', '-', 'The customer told me so');
  await phone('omid', 'sync');
  const page = await open();
  await signIn(page, 'sara', '/inbox?kind=offered_edit');
  const item = page.getByRole('article');
  await item.getByText('The compressor, not the door').waitFor();
  await item.getByText(/The customer told me so/).waitFor();
  await isSound(page);
  await item.getByRole('button', { name: 'Approve' }).click();
  await item.getByText(/approved/).waitFor();
  assert.equal((await jobOf('V-0008')).subject, 'The compressor, not the door');
});

test('only a dispatcher decides; it fits a small phone', async () => {
  await conflict('V-0000', '0912 555', '0912 666');
  for (const [name, language] of [['admin', 'en'], ['sara', 'fa']]) {
    const page = await open({ language, width: 360, height: 720 });
    await signIn(page, name, '/inbox');
    await page.getByRole('article').first().waitFor();
    if (name === 'admin') {
      assert.equal(await page.getByRole('button', { name: 'Take this value' }).count(), 0);
      assert.match(plain(await page.locator('main').textContent()), /Dispatchers decide/);
    }
    await fits(page);
    await isSound(page);
  }
});
