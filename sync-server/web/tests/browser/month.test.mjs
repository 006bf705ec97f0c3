// A representative's month: opened down to its cases with equal counts, exported with the
// numbers of the API, on paper, and nobody else's.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { api, fits, isSound, open, plain, signIn } from './browser.mjs';
import { readWorkbook } from './workbook.mjs';

const { month } = await api('quality', 'GET', '/v1/scores');
const { agencies } = await api('quality', 'GET', '/v1/agencies');
const own = agencies.find(({ city }) => city === 'رشت');
const other = agencies.find(({ city }) => city === 'تهران');
const HERE = `/month?month=${month}`;
const read = (what, agency = own.id) => api('quality', 'GET', `/v1/scores/${agency}/${month}${what}`);

async function opened(options = {}) {
  const page = await open(options);
  await signIn(page, 'north', HERE);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  return page;
}

const count = (page) => page.getByRole('dialog').locator('tbody tr').count();

test('each figure opens exactly the cases that make it', async () => {
  const page = await opened();
  const { figures } = await read('/figures');
  assert.ok(figures.find(({ figure }) => figure === 'closed_jobs').cases >= 7);
  for (const { figure, cases, groups } of figures) {
    if (cases === 0) continue;
    for (const group of [undefined, ...groups]) {
      const what = group === undefined ? figure : `${figure}:${group.name ?? ''}`;
      await page.goto(new URL(`${HERE}&open=figure:${encodeURIComponent(what)}`, page.url()).href);
      await page.getByTestId('case-count').waitFor();
      assert.equal(await count(page), group?.cases ?? cases, what);
    }
  }
});

test('a component opens its evidence, counted and left out', async () => {
  const page = await opened();
  const { components } = await read('');
  const part = components.find(({ component }) => component === 'first_time_fix');
  assert.equal(part.numerator, '5');
  await page.getByRole('button', { name: /Fixed at first visit/ }).first().click();
  await page.getByRole('tab', { name: /^All/ }).waitFor();
  assert.equal(await count(page), part.cases + part.left_out);
  await isSound(page);
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => !url.search.includes('open='));
});

test('a fault of the list of faults opens its jobs', async () => {
  const page = await opened();
  await page.getByRole('button', { name: 'پمپ' }).click();
  await page.getByTestId('case-count').waitFor();
  assert.equal(await count(page), 3);
  assert.match(plain(await page.getByRole('dialog').getByRole('heading').textContent()), /^Faults: پمپ$/);
});

test('a rating opens the surveys that it rests on', async () => {
  const page = await opened();
  const { technicians } = await api('quality', 'GET', `/v1/ratings?month=${month}`);
  const rated = technicians.find(({ agency, rating }) => agency === own.id && rating);
  await page.getByRole('button', { name: rated.name }).click();
  await page.getByTestId('case-count').waitFor();
  assert.equal(await count(page), rated.rating.surveys);
  await isSound(page);
});

test('what is exported has the numbers of the page', async () => {
  const page = await opened();
  const saved = async (name) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const csv = await saved(/^Figures/);
  assert.equal(csv.name, `figures-${month}.csv`);
  const [head, ...lines] = csv.bytes.toString().replace('\ufeff', '').trim().split('\r\n').map((line) => line.split(','));
  const { figures } = await read('/figures');
  assert.equal(lines.length, figures.length);
  for (const line of lines) {
    const row = Object.fromEntries(head.map((key, index) => [key, line[index]]));
    const figure = figures.find(({ figure }) => figure === row.figure);
    assert.equal(row.agency, own.id);
    assert.equal(Number(row.cases), figure.cases, row.figure);
    assert.equal(row.total_rial, figure.total_rial === null ? '' : String(figure.total_rial), row.figure);
    assert.equal(row.median_hours, figure.median_hours === null ? '' : String(figure.median_hours), row.figure);
  }
  const money = figures.find(({ figure }) => figure === 'parts');
  assert.equal(money.total_rial, 9_700_000);
  assert.match(plain(await page.locator('main').textContent()), /9,700,000/);
  const book = await saved(/^The whole month/);
  assert.equal(book.name, `monthly-${month}.xlsx`);
  const sheets = readWorkbook(book.bytes);
  const score = await read('');
  assert.equal(sheets.get('Scores')[1][5], score.score_shown);
  const parts = sheets.get('Components').slice(1);
  assert.equal(parts.length, score.components.length);
  for (const [, , name, , numerator, , , , points, , lost] of parts) {
    const part = score.components.find(({ component }) => component === name);
    assert.equal(numerator, part.numerator === null ? undefined : Number(part.numerator), name);
    assert.equal(points, part.points ?? undefined, name);
    assert.equal(lost, part.lost ?? undefined, name);
  }
  const cases = sheets.get('Evidence').filter((row) => row[3] === 'first_time_fix').length;
  const fixed = score.components.find(({ component }) => component === 'first_time_fix');
  assert.equal(cases, fixed.cases + fixed.left_out);
});

test('the month of another agency is not shown', async () => {
  const page = await open({ allowed: ['404'] });
  await signIn(page, 'north', `${HERE}&agency=${other.id}`);
  await page.getByRole('alert').waitFor();
  assert.equal(plain(await page.getByRole('alert').locator('p').textContent()), 'There is no such record, or it is not yours to see.');
  assert.ok(!(await page.locator('main').textContent()).includes(other.name));
});

test('the quality officer sees each agency', async () => {
  const page = await open();
  await signIn(page, 'quality', HERE);
  await page.getByLabel('Agency', { exact: true }).selectOption(other.id);
  await page.getByRole('paragraph').filter({ hasText: other.name }).waitFor();
  await page.getByText(/so that none can be told/).waitFor();
  await isSound(page);
});

test('months are chosen in either calendar', async () => {
  const page = await opened();
  await page.getByLabel('Calendar').selectOption('gregorian');
  const [year, number] = month.split('-').map(Number);
  assert.match(await page.getByLabel('Month', { exact: true }).locator('option:checked').textContent(), /^\d+ \w+ – \d+ \w+ \d{4}$/);
  await page.getByRole('button', { name: 'The month before' }).click();
  const before = number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
  await page.waitForURL(new RegExp(`month=${before}`));
  await page.getByText('Nothing was closed or judged in this month yet.').waitFor();
  await isSound(page);
});

test('it reads in three languages, on a small phone and on paper', async () => {
  for (const language of ['fa', 'ru', 'en']) {
    const page = await opened({ language, width: 360, height: 720 });
    await fits(page);
    await isSound(page);
    await page.emulateMedia({ media: 'print' });
    const paper = await page.pdf({ format: 'A4' });
    assert.ok(paper.length > 10_000);
    const hidden = await page.locator('header.top').isHidden();
    assert.ok(hidden, 'the frame of the pages is not printed');
  }
});
