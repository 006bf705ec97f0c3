// Pictures of the main pages, for docs/screens. Each is looked at: a page that complains
// fails here, too.
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';

import { api, isSound, open, phone, signIn } from './browser.mjs';

const FOLDER = new URL('../../../../docs/screens/', import.meta.url).pathname;
mkdirSync(FOLDER, { recursive: true });

const jobOf = async (number) => (await api('sara', 'GET', `/v1/jobs?number=${number}`)).jobs[0];

test('the pages are taken in three languages', async () => {
  const job = await jobOf('V-0000');
  for (const act of ['accept', 'travel', 'arrive', 'work']) await phone('omid', act, job.id);
  await phone('omid', 'note', job.id, 'کمپرسور روشن نمی‌شود؛ رله عوض شد.');
  await phone('omid', 'photo', job.id, 'پلاک دستگاه');
  await phone('omid', 'correct_phone', job.id, '0912 555 01 02');
  const { etag } = await api('sara', 'GET', `/v1/jobs/${job.id}`);
  const fields = { contact: { phone: '0912 555 99 00' } };
  await api('sara', 'PATCH', `/v1/jobs/${job.id}`, { fields }, { 'if-match': `"${etag}"` });
  await phone('omid', 'sync');
  const { month } = await api('quality', 'GET', '/v1/scores');
  const pages = [
    { name: 'board', path: '/board', wait: '.visit' },
    { name: 'job', path: `/jobs/${job.id}`, wait: '[role="tabpanel"]' },
    { name: 'inbox', path: '/inbox', wait: 'article' },
    { name: 'month', who: 'north', path: `/month?month=${month}`, wait: '.score' },
    { name: 'desk', who: 'desk', path: '/desk/new', wait: 'form' },
    { name: 'admin', who: 'admin', path: '/admin?part=people', wait: 'tbody tr' },
  ];
  for (const { name, who = 'sara', path, wait } of pages) {
    for (const language of ['fa', 'ru', 'en']) {
      const page = await open({ language, width: 1200, height: 720 });
      await signIn(page, who, path);
      await page.locator(wait).first().waitFor();
      await page.evaluate(() => document.fonts.ready);
      await isSound(page);
      await page.screenshot({ path: `${FOLDER}${name}-${language}.png` });
      await page.context().close();
    }
  }
});
