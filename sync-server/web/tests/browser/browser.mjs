// A browser for the tests of the pages: Debian's Chromium, against the server that the
// test started. What the page complains of on its console, a violation of the content
// policy and an error included, fails the test.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

export const SERVER = process.env['HAMGAM'] ?? 'http://127.0.0.1:8080';
export const PASSWORD = process.env['PASSWORD'] ?? 'correct horse';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [...ARGS, '--disable-component-update', '--disable-sync'],
});
after(() => browser.close());

/** A page of a person's own browser. `allowed`: complaints that belong to the test. */
export async function open({ language = 'en', width = 1360, height = 860, allowed = [], bypassCSP = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: { fa: 'fa-IR', ru: 'ru-RU', en: 'en-GB' }[language],
    bypassCSP,
  });
  await context.addInitScript((to) => {
    if (!localStorage.getItem('hamgam.language')) localStorage.setItem('hamgam.language', to);
  }, language);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.complaints = [];
  const complain = (text) => allowed.some((one) => text.includes(one)) || page.complaints.push(text);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complain(message.text()));
  page.on('pageerror', (error) => complain(String(error.stack ?? error)));
  page.on('request', (request) => isElsewhere(request.url()) && complain(`asks elsewhere: ${request.url()}`));
  return page;
}

function isElsewhere(url) {
  return !url.startsWith(SERVER) && !url.startsWith('blob:') && !url.startsWith('data:');
}

/** Signs in and goes to a page. */
export async function signIn(page, name, path = '/') {
  await page.goto(SERVER + path);
  await page.locator('input[autocomplete="username"]').fill(name);
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('main#content').waitFor();
}

/** Nothing was complained of, and axe finds nothing serious. */
export async function isSound(page) {
  assert.deepEqual(page.complaints, []);
  // The policy forbids code from elsewhere, so axe comes by the debugger's door.
  const code = await (await import('node:fs/promises')).readFile(AXE, 'utf8');
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: code });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run({ resultTypes: ["violations"] }).then((found) => JSON.stringify(found.violations))',
    awaitPromise: true,
  });
  const serious = JSON.parse(result.value).filter((one) => ['serious', 'critical'].includes(one.impact));
  const told = serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`);
  assert.deepEqual(told, []);
}

/** The page is no wider than its window. */
export async function fits(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `the page is ${content} px wide in ${window} px`);
}

/** Text without the marks that keep directions apart. */
export function plain(text) {
  return (text ?? '').replaceAll(/[\u2066-\u2069\u200e\u200f]/g, '').trim();
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Has a technician's phone do something: see `tests/web/src/script.rs`. */
export async function phone(name, act, job = '', text = '') {
  process.stdout.write(`\n@phone ${name} ${act} ${job} ${text}\n`);
  const { value } = await answers.next();
  assert.equal(value, 'done');
}
after(() => process.stdin.destroy());

/** Asks the server as somebody, apart from the pages. */
export async function api(name, method, path, body, more = {}) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `test-${Math.random()}`, ...more };
  tokens[name] ??= await token(name);
  const authorization = `Bearer ${tokens[name]}`;
  const response = await fetch(SERVER + path, {
    method,
    headers: { ...headers, authorization },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

const tokens = {};

async function token(name) {
  const response = await fetch(`${SERVER}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: PASSWORD, device: { name: 'test', kind: 'phone' } }),
  });
  return (await response.json()).access_token;
}
