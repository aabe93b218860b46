// Every screen for everyone: names, headings, contrast in both themes; dialogs that keep the focus and close by Escape.

import { after, before, test } from 'node:test';
import { isAccessible, isGoodDialog } from './accessible.mjs';
import { openPage, startBrowser, startServer } from './product.mjs';
import { setUpOwner } from './designer.mjs';

const byTest = (name) => `[data-test="${name}"]`;

let server;
let browser;
let cookies;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const page = await openPage(browser);
  await setUpOwner(page, server.setupLink);
  cookies = await page.context().cookies();
  const opened = await fetch(`${server.url}/api/chat/web/conversations`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ flow: 'refund', language: 'zh' }),
  }).then((answer) => answer.json());
  for (const [n, text] of ['你们就是一群骗子，太过分了！！', '转人工'].entries()) {
    await fetch(`${server.url}/api/chat/conversations/${opened.id}/messages`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${opened.token}` },
      body: JSON.stringify({ id: `m${n}`, text }),
    });
  }
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Addresses, and what must be there before a screen is looked at. */
const SCREENS = [
  ['/flows', byTest('flows')],
  ['/topics', '[data-topic="refund"]'],
  ['/topics?view=quality', byTest('quality')],
  ['/details', '[data-detail]'],
  ['/library', byTest('articles')],
  ['/phrases', '[data-phrase]'],
  ['/desk', '[data-conversation]'],
  ['/settings/channels', byTest('channel-flow')],
  ['/settings/teams', byTest('new-team')],
  ['/settings/calendars', '.settings .panel'],
  ['/settings/connectors', '.settings .panel'],
  ['/settings/models', byTest('add-provider')],
  ['/settings/members', byTest('new-member')],
];

for (const [theme, locale] of [['light', 'zh-CN'], ['dark', 'en-US']]) {
  test(`every screen passes in the ${theme} theme`, { timeout: 180_000 }, async () => {
    const page = await signedIn({ locale, colorScheme: theme });
    await page.goto(`${server.url}/flows`);
    await page.evaluate(async (language) => {
      localStorage.setItem('heliu.language', language);
      await fetch('/api/session', {
        method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ language }),
      });
    }, locale.slice(0, 2));
    for (const [address, there] of SCREENS) {
      await page.goto(server.url + address);
      await page.locator(there).first().waitFor({ timeout: 60_000 });
      await page.waitForTimeout(400);
      await isAccessible(page, `${address}, ${theme}`);
    }

    await page.goto(`${server.url}/desk`);
    await page.locator('[data-conversation]').first().click();
    await page.locator(byTest('mood')).waitFor();
    await isAccessible(page, `an open conversation, ${theme}`);

    const flows = await page.evaluate(() => fetch('/api/flows').then((answer) => answer.json()));
    await page.goto(`${server.url}/flows/${flows.find((flow) => flow.key === 'refund').id}`);
    await page.waitForSelector('[data-ready="canvas"]');
    await page.waitForTimeout(400);
    await isAccessible(page, `the canvas, ${theme}`);
    for (const panel of ['rail-outline', 'rail-variables', 'rail-flow', 'mode-test']) {
      await page.click(byTest(panel));
      await page.waitForTimeout(400);
      await isAccessible(page, `the canvas with ${panel}, ${theme}`);
    }

    const window = await openPage(browser, { viewport: { width: 390, height: 844 }, locale, colorScheme: theme });
    await window.goto(`${server.url}/chat/web?flow=refund`);
    await window.waitForSelector('#log [data-seq], #log p');
    await window.waitForTimeout(400);
    await isAccessible(window, `the customer's window, ${theme}`);
    await window.context().close();
    await page.context().close();
  });
}

test('dialogs keep the focus, close by Escape, and give the focus back', { timeout: 120_000 }, async () => {
  const page = await signedIn({ locale: 'zh-CN' });
  const press = (name) => () => page.locator(byTest(name)).first().click();
  const dialogs = [
    ['/flows', byTest('flows'), [['a new flow', press('new-flow')], ['an import of flows', press('import')]]],
    ['/topics?topic=refund', '[data-topic="refund"].on', [
      ['a new topic', press('new-topic')],
      ['an import of topics', press('import-topics')],
      ['many examples', press('paste-many')],
      ['a merge', async () => { await press('topic-menu')(); await press('merge-topic')(); }],
    ]],
    ['/details', '[data-detail]', [['a new detail', press('new-detail')], ['an import of values', press('import-csv')]]],
    ['/library', byTest('articles'), [['a new library', press('new-library')]]],
    ['/phrases', '[data-phrase]', [['a new phrase', press('new-phrase')]]],
    ['/settings/teams', byTest('new-team'), [['a new team', press('new-team')]]],
    ['/settings/members', byTest('new-member'), [['a new member', press('new-member')]]],
    ['/settings/models', byTest('add-provider'), [['a provider', press('add-provider')]]],
  ];
  for (const [address, there, all] of dialogs) {
    await page.goto(server.url + address);
    await page.locator(there).first().waitFor();
    await page.waitForTimeout(300);
    for (const [name, open] of all) await isGoodDialog(page, name, open);
  }
});

async function signedIn(options) {
  const page = await openPage(browser, options);
  await page.context().addCookies(cookies);
  return page;
}
