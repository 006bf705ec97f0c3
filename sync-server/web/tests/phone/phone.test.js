// A technician's phone in Chromium: offline, reloaded, its program killed, back with the
// office. The test of the crate `bridge` starts the server and then this.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Bridge, Office } from './bridge.js';
import { assertUsable, browser, opened, picture } from './page.js';

const JOB = process.env.HAMGAM_JOB;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const SCRIPT = '<img src=x onerror="window.__ran = true"><script>window.__ran = true</script>';

let bridge, chromium, office, page, faults;
let hasFailed = false;

/** One step of the walk. Each builds on those before, so after a failure none is tried. */
function step(name, walk) {
  test(name, async (context) => {
    if (hasFailed) return context.skip('an earlier step failed');
    hasFailed = true;
    await walk();
    hasFailed = false;
  });
}

before(async () => {
  bridge = new Bridge(mkdtempSync(join(tmpdir(), 'hamgam-phones-')));
  await bridge.start();
  chromium = await browser();
  office = await Office.signedIn();
  ({ page, faults } = await opened(chromium, bridge.address, 'en-GB'));
});

after(async () => {
  await chromium?.close();
  await bridge?.kill();
});

const button = (name) => page.getByRole('button', { name, exact: true });
const go = (to) => page.evaluate((hash) => (location.hash = hash), `#/${to}`);
const toJob = (rest = '') => go(`job/${JOB}${rest}`);
const network = () => page.getByRole('switch', { name: 'Network' });
const isAtOffice = () => page.getByRole('paragraph').filter({ hasText: 'At the office' }).waitFor();
const shows = (text) => page.getByText(text).first().waitFor();

step('a phone is enrolled by a code and brings its jobs', async () => {
  await page.getByLabel('Code from the office').fill(process.env.HAMGAM_CODE);
  await button('Sign in').click();
  await page.getByRole('button', { name: /^Open/ }).click();
  await page.getByRole('link', { name: /pump drips/ }).click();
  await isAtOffice();
});

step('the work goes on without a network', async () => {
  await network().click();
  await page.getByRole('switch', { name: 'Network', checked: false }).waitFor();
  for (const step of ['Accept the job', 'Set out', 'I have arrived', 'Start work']) await button(step).click();
  await button('Finish the work').waitFor();
  await page.getByLabel('New note').fill(`the stairs are dark ${SCRIPT}`);
  await button('Add the note').click();
  await page.getByRole('listitem').filter({ hasText: 'the stairs are dark' }).waitFor();
  await page.getByLabel('Diagnosis').fill('the seal is worn');
  await page.getByRole('group', { name: 'No leaks' }).getByRole('button', { name: 'Yes' }).click();
  await page.getByRole('group', { name: 'No leaks' }).getByRole('button', { name: 'Yes', pressed: true }).waitFor();
  await shows(/edits wait for the office/);
});

step('a part that is in no catalogue is typed', async () => {
  await toJob('/parts');
  await page.getByLabel('Find a part').fill('SEAL-12');
  await button('It is not in the catalogue').click();
  await page.getByLabel('Name of the part').fill('shaft seal');
  await button('One more').click();
  await page.getByLabel('Price of one, rial').fill('۲۵۰٬۰۰۰');
  await button('Save').click();
  await page.getByRole('listitem').filter({ hasText: 'shaft seal' }).getByText(/2.* pcs/).waitFor();
});

step('a photo and a signature are kept', async () => {
  await toJob('/photos');
  await page.getByLabel('What the photo shows').fill('the old seal');
  await page.getByLabel('Take a photo').setInputFiles({ name: 'p.png', mimeType: 'image/png', buffer: PIXEL });
  const shown = page.getByRole('img', { name: 'the old seal' });
  await shown.waitFor();
  assert.ok(await shown.evaluate((img) => img.decode().then(() => img.naturalWidth > 0)), 'the photo is drawn');
  await toJob('/signature');
  const pad = await page.locator('canvas').boundingBox();
  await page.mouse.move(pad.x + 40, pad.y + 60);
  await page.mouse.down();
  await page.mouse.move(pad.x + 200, pad.y + 100, { steps: 8 });
  await page.mouse.up();
  await page.getByLabel('Name of who signs').fill('Roya');
  await button('Save the signature').click();
  await page.getByRole('img', { name: /Signature of .*Roya/ }).waitFor();
});

async function assertAllThere() {
  await toJob();
  await button('Finish the work').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'the stairs are dark' }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((area) => area.value === 'the seal is worn'));
  assert.equal(await page.getByLabel('New note').inputValue(), 'half a sentence');
  await page.getByRole('link', { name: /^Parts 1/ }).waitFor();
  await page.getByRole('link', { name: /^Photos 1/ }).waitFor();
  await page.getByRole('link', { name: /^Signature 1/ }).waitFor();
  await page.getByRole('switch', { name: 'Network', checked: false }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.__ran), undefined, 'a script in a note ran');
}

step('nothing is lost when the page is loaded again', async () => {
  await toJob();
  await page.getByLabel('New note').fill('half a sentence');
  await page.reload();
  await assertAllThere();
});

step('nothing is lost when the program is killed, and the page finds it again', async () => {
  await bridge.kill();
  await shows("The phone's program does not answer.");
  await button('Add the note').click();
  await shows('so this is not saved yet');
  await bridge.start();
  await page.getByText("The phone's program does not answer. What").waitFor({ state: 'detached' });
  await assertAllThere();
  await page.reload();
  await assertAllThere();
});

step('back with a network everything reaches the office', async () => {
  await network().click();
  await isAtOffice();
  const job = await office.job(JOB);
  assert.equal(job.status, 'working');
  assert.equal(job.diagnosis, 'the seal is worn');
  assert.equal(job.parts[0].part_no, 'SEAL-12');
  assert.match(job.notes[0].text, /^the stairs are dark/);
  await go('outbox');
  await shows('Nothing waits.');
  await page.waitForFunction(() => !document.body.innerText.includes('waits to be sent'));
});

step('what others wrote comes by itself', async () => {
  await toJob();
  await office.ask('POST', `/v1/jobs/${JOB}/notes`, { text: 'bring the long ladder' });
  await shows('bring the long ladder');
});

step('a refused edit waits until it is corrected', async () => {
  await toJob('/complete');
  await page.getByLabel('What came of it').fill('runs dry');
  await button('Finish the work').click();
  await isAtOffice();
  await office.ask('POST', `/v1/jobs/${JOB}/close`);
  await page.getByText('Closed', { exact: true }).first().waitFor();
  await bridge.call('leavePolicyToServer', {});
  await bridge.call('answer', { job: JOB, item: 'test_run', answer: 'no' });
  await page.getByRole('link', { name: /^Attention 1/ }).click();
  await shows(/status does not allow this/);
  await office.ask('POST', `/v1/jobs/${JOB}/reopen`, { reason: 'one more test' });
  await page.reload();
  await button('Correct').click();
  await page.getByLabel('Corrected').fill('yes');
  await page.getByRole('dialog').getByRole('button', { name: 'Correct' }).click();
  await shows('Nothing needs your attention.');
  await page.waitForFunction(() => !document.querySelector('nav .count'));
  const job = await office.job(JOB);
  assert.deepEqual(job.checklist.find((line) => line.item === 'test_run').answer, 'yes');
});

step('a trip is begun, ended and priced', async () => {
  await go('trip/new');
  await page.getByLabel('From').fill('Tehran');
  await button('Set out').click();
  await page.getByLabel('Kilometres driven').fill('12.5');
  await button('End the trip').click();
  await shows(/12\.5.* km/);
  await button('Add a cost').click();
  await page.getByLabel('Amount, rial').fill('40000');
  await button('Save').click();
  await page.getByText('Toll').waitFor();
  await page.getByText('Total').waitFor();
  await isAtOffice();
});

const SCREENS = ['today', `job/${JOB}`, `job/${JOB}/parts`, `job/${JOB}/photos`, `job/${JOB}/signature`, `job/${JOB}/complete`, 'trips', 'trip/new', 'outbox', 'attention', 'rating', 'more'];

for (const [language, scheme] of [['fa-IR', 'light'], ['ru-RU', 'dark'], ['en-GB', 'light']]) {
  step(`every screen can be used in ${language}, ${scheme}`, async () => {
    const view = await opened(chromium, bridge.address, language, scheme);
    for (const screen of SCREENS) {
      await view.page.evaluate((hash) => (location.hash = hash), `#/${screen}`);
      await view.page.locator('main .screen').waitFor();
      await view.page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
      await assertUsable(view.page, `${screen} in ${language}`);
      await picture(view.page, `${screen.replaceAll('/', '-').replace(JOB, 'job')}-${language.slice(0, 2)}`);
    }
    assert.deepEqual(view.faults, []);
    await view.page.context().close();
  });
}

// A port as an app's web view gives it: Android answers by messages, iOS by promises.
function port(kind) {
  const answered = async (text) => {
    const { id, method, arguments: given } = JSON.parse(text);
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(given) };
    const answer = await (await fetch(new URL(`call/${method}`, location.href.split('#')[0]), request)).text();
    return `{"id": ${id}, "answer": ${answer}}`;
  };
  const android = {
    postMessage: (text) => void answered(text).then((data) => android.onmessage?.({ data })),
    onmessage: null,
  };
  if (kind === 'android') globalThis.hamgam = android;
  else globalThis.webkit = { messageHandlers: { hamgam: { postMessage: answered } } };
}

for (const kind of ['android', 'ios']) {
  step(`the same page works over the port of a web view as on ${kind}`, async () => {
    const view = await opened(chromium, bridge.address, 'en-GB', 'light', { script: port, given: kind });
    await view.page.evaluate((hash) => (location.hash = hash), `#/job/${JOB}`);
    await view.page.getByLabel('New note').fill(`by ${kind}`);
    await view.page.getByRole('button', { name: 'Add the note' }).click();
    // The app tells the page of what changed.
    await view.page.waitForFunction(() => document.querySelector('textarea[required]').value === '');
    const event = JSON.stringify({ event: { type: 'jobsChanged', jobs: [JOB] } });
    await view.page.evaluate((text) => globalThis.hamgamEvent(text), event);
    await view.page.getByRole('listitem').filter({ hasText: `by ${kind}` }).waitFor();
    assert.equal(await view.page.getByRole('switch').count(), 0, 'an app has no switch for the network');
    assert.deepEqual(view.faults, []);
    await view.page.context().close();
  });
}

step('the page asked for nothing elsewhere, and broke no policy', () => {
  assert.deepEqual(faults, []);
});
