// Opens the explorer in a browser and runs its tabs one after another, as a newcomer would: each must answer without an
// error of either kind. Usage: explorer.mjs URL CHROMIUM SCREENSHOT.png [NAME=VALUE …] (what to type when asked for it)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const [url, executablePath, screenshot, ...pairs] = process.argv.slice(2);
const typed = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
const userDataDir = mkdtempSync(join(tmpdir(), 'vitrine-explorer-'));
const browser = await puppeteer.launch({
  executablePath,
  userDataDir,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--window-size=1400,900',
  ],
  defaultViewport: { width: 1400, height: 900 },
});
let failed = false;
const fail = (message) => {
  failed = true;
  console.log(`FAILED ${message}`);
};

try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => fail(`the page threw: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) fail(`the page reaches outside: ${request.url()}`);
  });
  await page.goto(url, { waitUntil: 'networkidle0' });
  await page.waitForSelector('.graphiql-execute-button');
  const steps = await page.evaluate(async () => (await fetch('/explorer/tour.json')).json());
  // What the page suggests is taken; what it does not know is typed.
  const questions = steps.flatMap((step) => Object.entries(step.asks ?? {}));
  page.on('dialog', (dialog) => {
    const name = questions.find(([, asks]) => asks.text === dialog.message())?.[0];
    return dialog.accept(dialog.defaultValue() || typed[name] || '');
  });
  const tabs = await page.$$('.graphiql-tab-button');
  if (tabs.length < steps.length || steps.length < 9) fail(`${tabs.length} tabs for ${steps.length} steps`);

  for (const [at, step] of steps.entries()) {
    await (await page.$$('.graphiql-tab-button'))[at].click();
    // The editors take the tab's texts in their own time.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const answered = page.waitForResponse(
      (response) => response.url().endsWith('/graphql') && (response.request().postData() ?? '').includes(step.operationName),
      { timeout: 10_000 },
    );
    await page.click('.graphiql-execute-button');
    const answer = await (await answered).json();
    const refusals = Object.values(answer.data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
    const problems = [...(answer.errors ?? []), ...refusals];
    if (problems.length > 0 || !answer.data) fail(`${step.operationName}: ${JSON.stringify(problems)}`);
    else console.log(`ok ${step.operationName}`);
    // The test provider settles a payment in its own time, and the back office is asked only then.
    await new Promise((resolve) => setTimeout(resolve, step.operationName === 'StartPayment' ? 6_000 : 200));
  }
  await page.screenshot({ path: screenshot });
} catch (error) {
  fail(error.message);
} finally {
  await browser.close();
  rmSync(userDataDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
