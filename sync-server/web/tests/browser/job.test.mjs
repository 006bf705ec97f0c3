// The job: what happened, what is edited, what phones bring; nothing typed is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, fits, isSound, open, phone, plain, signIn } from './browser.mjs';

async function jobOf(number) {
  return (await api('sara', 'GET', `/v1/jobs?number=${number}`)).jobs[0];
}

test('a note with a script in it is words', async () => {
  const job = await jobOf('V-0000');
  const probe = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;
  await phone('omid', 'note', job.id, probe);
  await phone('omid', 'sync');
  const page = await open();
  await signIn(page, 'sara', `/jobs/${job.id}`);
  await page.getByText(probe).waitFor();
  assert.equal(await page.title(), 'Hamgam');
  assert.equal(await page.locator('main img, main script').count(), 0);
  await isSound(page);
});

test('a job shows its clocks, its work and who did what', async () => {
  const job = await jobOf('V-0000');
  const page = await open({ language: 'fa' });
  await signIn(page, 'sara', `/jobs/${job.id}`);
  await page.getByText('نخستین تماس').waitFor();
  assert.ok((await page.locator('.bar').count()) >= 3, 'a bar for each clock');
  await isSound(page);
  await page.getByRole('tab', { name: 'تاریخچه' }).click();
  await page.getByText('ثبت شد').first().waitFor();
  assert.match(plain(await page.locator('main').textContent()), /امید رضایی/, 'the technician by name');
  await isSound(page);
});

test('fields are edited; a value of somebody else in between keeps what was typed', async () => {
  const job = await jobOf('V-0001');
  const page = await open({ allowed: ['412'] });
  await signIn(page, 'sara', `/jobs/${job.id}?tab=request`);
  const place = page.getByRole('region', { name: 'Place' });
  await place.getByRole('button', { name: 'Edit' }).click();
  await place.getByLabel('Address').fill('Street 9');
  await isSound(page);
  await api('sara', 'POST', `/v1/jobs/${job.id}/notes`, { text: 'meanwhile' });
  await place.getByRole('button', { name: 'Save' }).click();
  await place.getByRole('alert').waitFor();
  assert.equal(await place.getByLabel('Address').inputValue(), 'Street 9');
  await place.getByRole('button', { name: 'Save' }).click();
  await place.getByText('Street 9').waitFor();
  const shown = await api('sara', 'GET', `/v1/jobs/${job.id}`);
  assert.equal(shown.fields.site.address, 'Street 9');
});

test('a value that will not do is marked where it stands', async () => {
  const job = await jobOf('V-0003');
  const page = await open({ allowed: ['422'] });
  await signIn(page, 'sara', `/jobs/${job.id}?tab=request`);
  const request = page.getByRole('region', { name: 'Request' });
  await request.getByRole('button', { name: 'Edit' }).click();
  await request.getByLabel('Estimated minutes').fill('-5');
  await request.getByRole('button', { name: 'Save' }).click();
  await request.getByRole('alert').waitFor();
  assert.equal(await request.getByLabel('Estimated minutes').inputValue(), '-5');
});

test('owner, times, place and warranty are edited; what is no time and nobody is refused and stays', async () => {
  const job = await jobOf('V-0004');
  const page = await open({ allowed: ['422'] });
  await signIn(page, 'sara', `/jobs/${job.id}?tab=request`);
  const request = page.getByRole('region', { name: 'Request' });
  await request.getByRole('button', { name: 'Edit' }).click();
  const end = request.getByRole('group', { name: 'Estimated end' });
  await end.getByLabel('Estimated end').fill('2026/13/3');
  await end.getByLabel('Estimated end').press('Tab');
  await request.getByRole('button', { name: 'Save' }).click();
  await request.getByRole('alert').waitFor();
  await end.getByText('This is no day').waitFor();
  assert.equal(await end.getByLabel('Estimated end').inputValue(), '2026/13/3');
  await end.getByLabel('Estimated end').fill('2026/12/3');
  await end.getByLabel('Time').fill('25:61');
  await end.getByText('This is no time').waitFor();
  await request.getByRole('button', { name: 'Save' }).click();
  await request.getByRole('alert').waitFor();
  assert.equal(await end.getByLabel('Time').inputValue(), '25:61');
  await end.getByLabel('Time').fill('14:30');
  const owner = request.getByRole('combobox', { name: 'Owner' });
  await owner.fill('nobody of that name');
  await request.getByRole('button', { name: 'Save' }).click();
  await request.getByRole('alert').waitFor();
  assert.equal(await owner.inputValue(), 'nobody of that name');
  await owner.fill('سارا');
  await request.getByRole('listbox').getByRole('option', { name: 'سارا محمدی' }).click();
  await isSound(page);
  await request.getByRole('button', { name: 'Save' }).click();
  await request.getByRole('button', { name: 'Edit' }).waitFor();
  const place = page.getByRole('region', { name: 'Place' });
  await place.getByRole('button', { name: 'Edit' }).click();
  await place.getByLabel('Latitude').fill('35.7001');
  await place.getByLabel('Longitude').fill('51.4');
  await place.getByRole('button', { name: 'Save' }).click();
  await place.getByText('35.7001').waitFor();
  const asset = page.getByRole('region', { name: 'Device' });
  await asset.getByRole('button', { name: 'Edit' }).click();
  await asset.getByRole('textbox', { name: 'Warranty until' }).fill('2027/06/01');
  await asset.getByLabel('Time').fill('23:59');
  await asset.getByRole('button', { name: 'Save' }).click();
  await asset.getByRole('button', { name: 'Edit' }).waitFor();
  const { fields } = await api('sara', 'GET', `/v1/jobs/${job.id}`);
  assert.equal(fields.request.estimated_end, '2026-12-03T11:00:00Z');
  assert.equal(fields.asset.warranty_until, '2027-06-01T20:29:00Z');
  assert.deepEqual([fields.site.lat, fields.site.lon], [35_700_100, 51_400_000]);
  const { users } = await api('sara', 'GET', '/v1/users');
  assert.equal(fields.request.owner, users.find(({ name }) => name === 'sara').id);
});

test('a job is cancelled with a reason, and opened again', async () => {
  const job = await jobOf('V-0011');
  const page = await open();
  await signIn(page, 'sara', `/jobs/${job.id}`);
  await page.getByRole('button', { name: 'Cancel the job' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('The customer bought a new one');
  await isSound(page);
  await dialog.getByRole('button', { name: 'Cancel the job' }).click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Open again' }).click();
  await dialog.getByLabel('Reason').fill('He changed his mind');
  await dialog.getByRole('button', { name: 'Open again' }).click();
  await page.getByText('Cancelled', { exact: true }).waitFor({ state: 'detached' });
});

test('a job is given to somebody from its page', async () => {
  const job = await jobOf('N-0004');
  const page = await open();
  await signIn(page, 'sara', `/jobs/${job.id}`);
  await page.getByRole('button', { name: 'Assign' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('fieldset button').first().click();
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await page.getByText('Assigned', { exact: true }).waitFor();
});

test('photos are seen large, by keyboard too; what is no picture is only saved', async () => {
  const job = await jobOf('V-0008');
  await phone('omid', 'photo', job.id, 'The plate');
  await phone('omid', 'page', job.id, 'A page');
  await phone('omid', 'sync');
  const page = await open();
  await signIn(page, 'sara', `/jobs/${job.id}`);
  const photos = page.getByRole('region', { name: /Photos/ });
  await photos.getByRole('img', { name: 'The plate' }).waitFor();
  assert.equal(await photos.getByRole('img').count(), 1);
  await isSound(page);
  await photos.getByRole('button', { name: 'The plate' }).press('Enter');
  await page.getByRole('dialog', { name: 'The plate' }).waitFor();
  await isSound(page);
  await page.keyboard.press('ArrowRight');
  const file = page.getByRole('dialog', { name: 'A page' });
  await file.locator('a[download]').waitFor();
  assert.equal(await file.locator('img, iframe, object').count(), 0);
  await isSound(page);
});

test('it fits a small phone', async () => {
  const job = await jobOf('V-0000');
  for (const [language, tab] of [['fa', ''], ['ru', 'request'], ['en', 'history']]) {
    const page = await open({ language, width: 360, height: 720 });
    await signIn(page, 'sara', `/jobs/${job.id}?tab=${tab}`);
    await page.getByRole('tabpanel').waitFor();
    await fits(page);
    await isSound(page);
  }
});
