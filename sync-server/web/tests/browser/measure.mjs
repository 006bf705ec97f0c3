// Measures the board: until it can be used, one live change, what is in the page. Printed,
// not judged: a busy machine is slower. `cargo run -p web-tests -- 8080 large`, then
// `node tests/browser/measure.mjs`.
import { SERVER, api, open, signIn } from './browser.mjs';

const page = await open();
await signIn(page, 'sara', '/board');
await page.locator('.visit').first().waitFor();

const starts = [];
for (let turn = 0; turn < 5; turn += 1) {
  await page.goto(`${SERVER}/board`);
  await page.locator('.visit').first().waitFor();
  starts.push(await page.evaluate(() => Math.round(performance.now())));
}
console.log(`interactive after ${starts.join(', ')} ms`);
console.log(`elements: ${await page.evaluate(() => document.querySelectorAll('*').length)}`);

await page.getByText('Live', { exact: true }).waitFor();
const id = await page.locator('.visit').first().getAttribute('data-job');
await page.evaluate(() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ entryTypes: ['longtask'] });
});
const session = await page.context().newCDPSession(page);
await session.send('Performance.enable');
const spent = async () => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((one) => one.name === 'TaskDuration').value * 1000;
};
for (let turn = 0; turn < 5; turn += 1) {
  const before = await spent();
  await api('sara', 'POST', `/v1/jobs/${id}/notes`, { text: `turn ${turn}` });
  await page.waitForTimeout(1500);
  console.log(`one live change: ${(await spent() - before).toFixed(1)} ms of the main thread`);
}
console.log(`longest task: ${await page.evaluate(() => window.longest)} ms (those under 50 ms are not counted)`);
process.exit(0);
