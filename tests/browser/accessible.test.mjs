// Every screen for everyone: names, headings, contrast in both themes; dialogs that keep the focus and close by Escape.

import { test } from 'node:test';
import { isAccessible, isGoodDialog } from './accessible.mjs';
import { write } from './designer.mjs';
import { withProduct } from './product.mjs';

const byTest = (name) => `[data-test="${name}"]`;

const product = withProduct();

test('the doors pass in both themes, with what they say of a mistake', { timeout: 120_000 }, async () => {
  const themes = [['light', 'zh-CN'], ['dark', 'en-US']];
  for (const [theme, locale] of themes) {
    const page = await product.open({ locale, colorScheme: theme });
    await page.goto(product.server.setupLink);
    await page.waitForSelector(byTest('setup'));
    await isAccessible(page, `the set-up, ${theme}`);
    await page.goto(`${product.url}/setup?token=wrong`);
    await page.locator('main').waitFor();
    await page.waitForTimeout(400);
    await isAccessible(page, `the set-up behind a wrong link, ${theme}`);
    await page.context().close();
  }
  await (await product.signedIn()).context().close();
  for (const [theme, locale] of themes) {
    const page = await product.open({ locale, colorScheme: theme });
    await page.goto(`${product.url}/sign-in`);
    await write(page, byTest('email'), 'fang@example.com');
    await write(page, byTest('password'), 'not this one');
    await isAccessible(page, `the sign-in, ${theme}`);
    await page.keyboard.press('Enter');
    await page.locator('[role="alert"]').waitFor();
    await isAccessible(page, `the sign-in refused, ${theme}`);
    await write(page, byTest('password'), '合流 好用 又稳');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/flows$/);
    await page.context().close();
  }
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
    const page = await product.signedIn({ locale, colorScheme: theme });
    await angryCustomer();
    await speak(page, locale.slice(0, 2));
    for (const [address, there] of SCREENS) {
      await page.goto(product.url + address);
      await page.locator(there).first().waitFor({ timeout: 60_000 });
      await page.waitForTimeout(400);
      await isAccessible(page, `${address}, ${theme}`);
    }

    await page.goto(`${product.url}/desk`);
    await page.locator('[data-conversation]').first().click();
    await page.locator(byTest('mood')).waitFor();
    await isAccessible(page, `an open conversation, ${theme}`);

    const flows = await page.evaluate(() => fetch('/api/flows').then((answer) => answer.json()));
    await page.goto(`${product.url}/flows/${flows.find((flow) => flow.key === 'refund').id}`);
    await page.waitForSelector('[data-ready="canvas"]');
    await page.waitForTimeout(400);
    await isAccessible(page, `the canvas, ${theme}`);
    for (const panel of ['rail-outline', 'rail-variables', 'rail-flow', 'mode-test']) {
      await page.click(byTest(panel));
      await page.waitForTimeout(400);
      await isAccessible(page, `the canvas with ${panel}, ${theme}`);
    }

    const window = await product.open({ viewport: { width: 390, height: 844 }, locale, colorScheme: theme });
    await window.goto(`${product.url}/chat/web?flow=refund`);
    await window.waitForSelector('#log [data-seq], #log p');
    await window.waitForTimeout(400);
    await isAccessible(window, `the customer's window, ${theme}`);
    await window.context().close();
    await page.context().close();
  });
}

test('dialogs keep the focus, close by Escape, and give the focus back', { timeout: 120_000 }, async () => {
  const page = await product.signedIn({ locale: 'zh-CN' });
  await speak(page, 'zh');
  const press = (name) => () => page.locator(byTest(name)).first().click();
  const named = (name) => () => page.getByRole('button', { name }).first().click();
  const dialogs = [
    ['/flows', byTest('flows'), [['a new flow', press('new-flow')], ['an import of flows', press('import')]]],
    ['/topics?topic=refund', '[data-topic="refund"].on', [
      ['a new topic', press('new-topic')],
      ['an import of topics', press('import-topics')],
      ['many examples', press('paste-many')],
      ['a merge', async () => { await press('topic-menu')(); await press('merge-topic')(); }],
    ]],
    ['/details', '[data-detail]', [['a new detail', press('new-detail')], ['an import of values', press('import-csv')]]],
    ['/library', byTest('articles'), [
      ['a new library', press('new-library')],
      ['another name for a library', async () => { await named('知识库的更多操作')(); await page.getByRole('menuitem', { name: '改名' }).click(); }],
    ]],
    ['/library', '[data-tab="documents"]', [['an address', async () => { await page.click('[data-tab="documents"]'); await press('add-address')(); }]]],
    ['/phrases', '[data-phrase]', [['a new phrase', press('new-phrase')]]],
    ['/settings/teams', byTest('new-team'), [['a new team', press('new-team')]]],
    ['/settings/calendars', '.settings .line', [['new opening hours', named('新建服务时间')], ['opening hours', named('修改')]]],
    ['/settings/connectors', '.settings .line', [
      ['a new connection', named('新建连接')],
      ['a connection with a secret', async () => { await named('修改')(); await press('add-secret')(); }],
    ]],
    ['/settings/members', byTest('new-member'), [['a new member', press('new-member')]]],
    ['/settings/models', byTest('add-provider'), [['a provider', press('add-provider')]]],
  ];
  for (const [address, there, all] of dialogs) {
    await page.goto(product.url + address);
    await page.locator(there).first().waitFor();
    await page.waitForTimeout(300);
    for (const [name, open] of all) await isGoodDialog(page, name, open);
  }
});

/** The owner's screens speak a language from the next page on. */
function speak(page, language) {
  return page.evaluate(async (language) => {
    localStorage.setItem('heliu.language', language);
    await fetch('/api/session', {
      method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ language }),
    });
  }, language);
}

/** An angry customer waits for a person. */
async function angryCustomer() {
  const post = (path, body, headers = {}) => fetch(`${product.url}/api/chat${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
  }).then((answer) => answer.json());
  const opened = await post('/web/conversations', { flow: 'refund', language: 'zh' });
  for (const [n, text] of ['你们就是一群骗子，太过分了！！', '转人工'].entries()) {
    await post(`/conversations/${opened.id}/messages`, { id: `m${n}`, text }, { authorization: `Bearer ${opened.token}` });
  }
}
