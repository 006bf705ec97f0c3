// A phone's page in Chromium, with everything noted that must not happen on it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
/** As narrow as a phone is. */
export const PHONE = { width: 360, height: 740 };

export function browser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...FLAGS] });
}

/** A page in a language, and what went wrong on it so far. */
export async function opened(browser, address, language, scheme = 'light', before = undefined) {
  const options = { viewport: PHONE, locale: language, colorScheme: scheme, hasTouch: true, isMobile: true, serviceWorkers: 'block' };
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on('console', (message) => {
    // A bridge that is gone on purpose is told by the browser as an error, too.
    if (message.type() === 'error' && !/net::ERR_|Failed to fetch/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    const own = new URL(address).origin;
    if (!request.url().startsWith(own) && !request.url().startsWith('blob:')) faults.push(`asked ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  if (before) await page.addInitScript(before.script, before.given);
  await page.goto(address);
  return { page, faults };
}

/** Nothing is cut off at the side, nothing on the screen keeps anybody out. */
export async function assertUsable(page, screen) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `${screen} is ${wide} px wide`);
  // The policy forbids code from elsewhere, so axe comes by the debugger's door.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const expression = 'axe.run({ rules: { "target-size": { enabled: true } } }).then((found) => JSON.stringify(found.violations))';
  const { result } = await session.send('Runtime.evaluate', { expression, awaitPromise: true });
  const told = JSON.parse(result.value).map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(told, [], screen);
}

/** The picture is kept where somebody asked for pictures. */
export async function picture(page, name) {
  const folder = process.env.HAMGAM_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
