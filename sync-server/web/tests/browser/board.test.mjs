// The board: moved by drag and by keyboard, undone, followed while a phone works.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, fits, isSound, open, phone, plain, signIn } from './browser.mjs';

const visit = (page, id) => page.locator(`.visit[data-job="${id}"]`);

async function jobOf(number) {
  return (await api('sara', 'GET', `/v1/jobs?number=${number}`)).jobs[0];
}

/** The middle of the row of a technician, at an hour of the day. */
async function placeIn(page, name, hour) {
  const row = page.locator('.person').filter({ hasText: name });
  const lane = await row.locator('.lane').boundingBox();
  const hours = await page.locator('.tick.figure').allTextContents();
  const [first, count] = [Number(hours[0]), hours.length];
  return { x: lane.x + ((hour - first + 0.01) / count) * lane.width, y: lane.y + lane.height / 2 };
}

async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

async function middle(locator) {
  const box = await locator.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('a job is dragged from the pane to a technician, and back by undo', async () => {
  const page = await open();
  await signIn(page, 'sara', '/board');
  const job = await jobOf('N-0001');
  const card = page.locator(`.unplanned [data-job="${job.id}"]`);
  await card.waitFor();
  await drag(page, await middle(card), await placeIn(page, 'Сергей Иванов', 17));
  await visit(page, job.id).waitFor();
  await page.getByText('Moved').waitFor();
  const given = await jobOf('N-0001');
  assert.equal(given.status, 'assigned');
  assert.ok(given.window_start && given.window_end);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Moved back').waitFor();
  await card.waitFor();
  assert.equal((await jobOf('N-0001')).technician, null);
  await isSound(page);
});

test('a visit is dragged to another technician and made longer; overlap warns and does not block', async () => {
  const page = await open();
  await signIn(page, 'sara', '/board');
  const job = await jobOf('V-0002');
  await visit(page, job.id).waitFor();
  await drag(page, await middle(visit(page, job.id)), await placeIn(page, 'Игорь Соколов', 9));
  await page.getByText('Overlaps another visit').first().waitFor();
  const moved = await jobOf('V-0002');
  assert.notEqual(moved.technician, job.technician);
  const box = await visit(page, job.id).boundingBox();
  const edge = { x: box.x + box.width - 3, y: box.y + box.height / 2 };
  await drag(page, edge, { x: edge.x + 80, y: edge.y });
  await page.waitForFunction(() => document.querySelectorAll('.toast').length >= 2);
  const longer = await jobOf('V-0002');
  assert.equal(longer.window_start, moved.window_start);
  assert.ok(longer.window_end > moved.window_end, `${longer.window_end} after ${moved.window_end}`);
});

test('the keyboard alone moves a visit, with candidates and their reasons', async () => {
  const page = await open();
  await signIn(page, 'sara', '/board');
  const job = await jobOf('V-0004');
  await visit(page, job.id).focus();
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: /Move .?V-0004/ });
  await dialog.waitFor();
  await dialog.getByText('Who could go').waitFor();
  await dialog.locator('fieldset button').first().waitFor();
  await isSound(page);
  await dialog.getByLabel('From').fill('17:30');
  await dialog.getByLabel('Minutes').fill('45');
  await dialog.getByLabel('Minutes').press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Moved').waitFor();
  const moved = await jobOf('V-0004');
  assert.equal(Date.parse(moved.window_end) - Date.parse(moved.window_start), 45 * 60_000);
  await visit(page, job.id).focus();
  await page.keyboard.press('Alt+ArrowRight');
  await page.waitForFunction(() => document.querySelectorAll('.toast').length >= 2);
  const later = await jobOf('V-0004');
  assert.equal(Date.parse(later.window_start) - Date.parse(moved.window_start), 15 * 60_000);
});

test('leave and a missing skill warn in the dialog, and do not block', async () => {
  const { technicians } = await api('sara', 'GET', '/v1/board?from=2026-11-27T00:00:00Z&to=2026-11-28T00:00:00Z');
  const [omid, reza] = ['امید رضایی', 'رضا کریمی'].map((name) => technicians.find((one) => one.name === name));
  await api('admin', 'PUT', `/v1/staff/${omid.id}/skills`, { product: 'WM', level: 2 });
  await api('admin', 'POST', `/v1/staff/${reza.id}/leave`, { from: '2026-12-01', to: '2026-12-31' });
  const page = await open();
  await signIn(page, 'sara', '/board?day=2026-12-10');
  const job = await jobOf('N-0001');
  await page.locator(`.unplanned [data-job="${job.id}"]`).focus();
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog');
  await dialog.locator('fieldset button').filter({ hasText: 'knows the product' }).waitFor();
  await dialog.getByRole('combobox').fill('رضا ک');
  await dialog.getByRole('option', { name: 'رضا کریمی' }).waitFor();
  await dialog.getByRole('combobox').press('Enter');
  await dialog.getByText('On leave that day').waitFor();
  await dialog.getByText('Lacks the skill', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await page.getByText('Moved').waitFor();
  assert.equal((await jobOf('N-0001')).technician, reza.id);
});

test('the whole plan is printed as a list', async () => {
  const page = await open();
  await signIn(page, 'sara', '/board');
  await page.locator('.visit').first().waitFor();
  const planned = await page.locator('.visit').count();
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('tbody tr').count(), planned);
  assert.equal(await page.locator('nav').isVisible(), false);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.locator('.visit').first().waitFor({ state: 'attached' });
});

test('several visits move together', async () => {
  const page = await open();
  await signIn(page, 'sara', '/board');
  for (const number of ['V-0005', 'V-0006']) {
    await visit(page, (await jobOf(number)).id).click({ modifiers: ['Control'] });
  }
  await page.getByRole('button', { name: /Move .*2.* visits…/ }).click();
  const dialog = page.getByRole('dialog');
  const day = dialog.getByLabel('Day', { exact: true });
  await day.fill('2026/12/20');
  await day.press('Tab');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await page.getByText(/2.* visits moved/).waitFor();
  assert.match((await jobOf('V-0005')).window_start, /^2026-12-20/);
  assert.match((await jobOf('V-0006')).window_start, /^2026-12-20/);
});

test('what the server refuses goes back visibly', async () => {
  const page = await open({ allowed: ['412'] });
  await signIn(page, 'sara', '/board');
  const job = await jobOf('V-0007');
  await visit(page, job.id).waitFor();
  // Somebody else edits between the reading and the writing.
  await page.route('**/assign', async (route) => {
    await api('sara', 'POST', `/v1/jobs/${job.id}/notes`, { text: 'meanwhile' });
    await route.continue();
  });
  const before = await visit(page, job.id).boundingBox();
  await drag(page, await middle(visit(page, job.id)), await placeIn(page, 'Игорь Соколов', 17));
  await page.getByText('Somebody changed this meanwhile').waitFor();
  const after = await visit(page, job.id).boundingBox();
  assert.ok(Math.abs(after.x - before.x) < 2 && Math.abs(after.y - before.y) < 2, 'it is where it was');
  await isSound(page);
});

test('a second browser sees it, and a phone moves the board', async () => {
  const [mine, other] = [await open(), await open()];
  await signIn(mine, 'sara', '/board');
  await signIn(other, 'sara', '/board');
  const job = await jobOf('V-0008');
  await visit(other, job.id).waitFor();
  await other.getByText('Live', { exact: true }).waitFor();
  await phone('omid', 'sync');
  for (const act of ['accept', 'travel', 'arrive', 'work']) await phone('omid', act, job.id);
  assert.match(await visit(other, job.id).getAttribute('aria-label'), /Assigned/, 'offline, nobody knows');
  const took = [];
  const before = Date.now();
  await phone('omid', 'sync');
  await other.waitForFunction((id) => document.querySelector(`[data-job="${id}"]`)?.ariaLabel?.includes('Working'), job.id);
  took.push(Date.now() - before);
  console.log(`a phone’s sync is on the board after ${took} ms`);
  const row = other.locator('.person').filter({ has: visit(other, job.id) });
  await other.reload();
  await visit(other, job.id).waitFor();
  assert.match(plain(await row.locator('.name').textContent()), /synced/);
  await isSound(other);
});

test('a live change does not disturb a drag', async () => {
  const page = await open();
  await signIn(page, 'sara', '/board');
  const [dragged, changed] = [await jobOf('V-0009'), await jobOf('V-0010')];
  const from = await middle(visit(page, dragged.id));
  await page.getByText('Live', { exact: true }).waitFor();
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y, { steps: 3 });
  await page.locator('.held').waitFor();
  await api('sara', 'POST', `/v1/jobs/${changed.id}/cancel`, { reason: 'while it is dragged' });
  await visit(page, changed.id).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.held').count(), 1, 'still held');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  assert.equal((await jobOf('V-0009')).window_start, dragged.window_start, 'Escape lets go of it');
});

test('who may not plan sees the board and moves nothing', async () => {
  const page = await open();
  await signIn(page, 'north', '/board');
  await page.locator('.visit').first().waitFor();
  assert.equal(await page.locator('.movable').count(), 0);
  assert.equal(await page.locator('.person').count(), 4, 'the own agency’s technicians');
});

test('three languages, week and list, a small phone', async () => {
  for (const [language, view, width] of [
    ['fa', 'day', 1360],
    ['ru', 'week', 1360],
    ['en', 'list', 1360],
    ['fa', 'day', 360],
    ['en', 'day', 360],
  ]) {
    const page = await open({ language, width, height: 760 });
    await signIn(page, 'sara', `/board?view=${view}`);
    await page.locator('[data-job]').first().waitFor();
    await fits(page);
    await isSound(page);
  }
});
