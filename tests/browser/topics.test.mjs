// What an author does with topics: pastes examples, sees them learnt and judged, resolves a clash, tries them out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { workbook } from './workbook.mjs';
import { write } from './designer.mjs';

const byTest = (name) => `[data-test="${name}"]`;
const SENTENCE = '这个礼物能帮我包起来吗';

const product = withProduct();

test('an author pastes examples, resolves a clash, and sees what becomes of a sentence', { timeout: 240_000 }, async () => {
  const page = await product.signedIn();
  await page.goto(`${product.url}/topics`);
  await page.waitForSelector('[data-topic="refund"]');
  await learnt(page);
  await picture(page, 'topics-list');

  // The sentence is about nothing the bot knows yet.
  await tryOut(page, SENTENCE);
  assert.ok(!(await page.locator(byTest('verdict')).innerText()).includes('认得准'));

  // A new topic, filled by pasting; what stands elsewhere is named.
  await page.click(byTest('new-topic'));
  const inDialog = (name) => page.locator(`dialog ${byTest(name)}`);
  await write(page, inDialog('name-zh'), '礼品包装');
  await write(page, inDialog('name-en'), 'Gift wrapping');
  await page.click(byTest('create-topic'));
  await page.waitForSelector('[data-topic="gift_wrapping"].on');
  await page.click(byTest('paste-many'));
  await write(page, byTest('paste-text'), [
    '1. 这个礼物能帮我包起来吗', '2. 可以做礼品包装吗', '3. 送人的请包好看一点', '包装成礼物要加钱吗', '有礼品盒吗', '能放一张贺卡吗',
    '礼物包装有几种', '- 我要退款', '？？？',
  ].join('\n'));
  await page.click(byTest('paste-look'));
  await page.waitForSelector(byTest('paste-counts'));
  const counts = await page.locator(byTest('paste-counts')).innerText();
  assert.match(counts, /新的 7/);
  assert.match(counts, /在别的意图里 1/);
  assert.match(counts, /不能用 1/);
  await picture(page, 'topics-paste');
  await page.click(byTest('paste-add'));
  await until(async () => (await page.locator('.example-line').count()) === 7, 10_000, 'the examples were not added');
  await learnt(page);

  // What was tried is tried again with what is learnt.
  await until(async () => (await page.locator(byTest('topic-bars')).innerText()).includes('礼品包装'), 10_000, 'the box did not change');
  assert.match(await page.locator(byTest('verdict')).innerText(), /认得准/);
  await picture(page, 'topics-tried');

  // The same sentence in a topic it does not belong to: both say so, and moving it resolves the clash.
  await page.click('[data-topic="refund"]');
  await page.waitForSelector('[data-topic="refund"].on');
  await write(page, byTest('new-example'), '送人的请包好看一点！');
  await page.keyboard.press('Enter');
  const clash = page.locator('.example', { has: page.locator('.matter') }).first();
  await until(async () => (await clash.count()) > 0, 30_000, 'the clash was not seen');
  await picture(page, 'topics-clash');
  await page.locator('.example').first().hover();
  await page.locator('.example').first().locator('.icon-btn').first().click();
  await page.selectOption(byTest('to-topic'), 'gift_wrapping');
  await page.click(byTest('do-move'));
  await until(async () => {
    const first = await page.locator('.example-line input').first().inputValue();
    return !first.startsWith('送人的');
  }, 10_000, 'the example did not move');
  await learnt(page);

  // How good all of them are, in words and as a table.
  await page.click('[data-tab="quality"]');
  await page.waitForSelector(byTest('quality'), { timeout: 60_000 });
  assert.match(await page.locator(byTest('in-plain-words')).innerText(), /客户说 100 句，大约 \d+ 句走对意图/);
  await picture(page, 'topics-quality');
  const wrong = page.locator('.matrix td.wrong button').first();
  if (await wrong.count()) {
    await wrong.click();
    await page.waitForSelector(byTest('against'));
    await picture(page, 'topics-against');
  }
  assert.deepEqual(page.broken, []);
});

test('two topics become one, and the flows that use the old one are named first', { timeout: 120_000 }, async () => {
  const page = await product.signedIn();
  await page.goto(`${product.url}/topics?topic=refund`);
  await page.waitForSelector('[data-topic="refund"].on');
  const n = (await page.evaluate(() => fetch('/api/intents').then((answer) => answer.json()))).length;

  await page.click(byTest('topic-menu'));
  await page.click(byTest('merge-topic'));
  await page.waitForSelector(byTest('used-in'));
  const link = page.locator(`${byTest('used-in')} a`, { hasText: '退款' }).first();
  assert.match(await link.getAttribute('href'), /^\/flows\//);
  await page.selectOption(byTest('to-topic'), 'order_status');
  await picture(page, 'topics-merge');
  await page.click(byTest('do-merge'));

  await page.waitForSelector('[data-topic="order_status"].on');
  const topics = await page.evaluate(() => fetch('/api/intents').then((answer) => answer.json()));
  assert.equal(topics.length, n - 1);
  assert.ok(topics.find((topic) => topic.key === 'order_status').examples.includes('申请退款'));
  assert.equal(await page.locator('[data-topic="refund"]').count(), 0);
  assert.deepEqual(page.broken, []);
});

test('a table is looked at before it is taken in, and a bad one is refused with words', { timeout: 120_000 }, async () => {
  const page = await product.signedIn();
  await page.goto(`${product.url}/topics`);
  await page.waitForSelector('[data-topic]');

  await page.click(byTest('import-topics'));
  const upload = (buffer) => page.setInputFiles(byTest('topics-file'), { name: 'topics.csv', mimeType: 'text/csv', buffer });
  await upload(Buffer.from('PK\u0003\u0004 no table'));
  await page.waitForSelector(byTest('import-refused'));
  assert.match(await page.locator(byTest('import-refused')).innerText(), /CSV/);

  await upload(Buffer.from('topic,name_zh,name_en,example\r\nstore,门店,Stores,附近有门店吗\r\n,,,门店几点关门\r\n,,,！！！\r\n'));
  await page.waitForSelector(byTest('import-plan'));
  assert.match(await page.locator(byTest('bad-lines')).innerText(), /第 4 行/);
  await picture(page, 'topics-import');
  assert.equal(await page.locator('[data-topic="store"]').count(), 0);
  await page.click(byTest('take-in'));
  await page.waitForSelector('[data-topic="store"]');

  await page.click(byTest('import-topics'));
  await page.setInputFiles(byTest('topics-file'), {
    name: 'topics.xlsx', mimeType: 'application/octet-stream', buffer: workbook([['意图', '例句'], ['store', '门店在哪条路上']]),
  });
  await page.waitForSelector(byTest('import-plan'));
  await picture(page, 'topics-import-excel');
  await page.click(byTest('take-in'));
  await until(async () => {
    const topics = await page.evaluate(() => fetch('/api/intents').then((answer) => answer.json()));
    return topics.find((topic) => topic.key === 'store')?.examples.includes('门店在哪条路上');
  }, 5_000, 'the workbook did not come in');
  assert.deepEqual(page.broken, []);
});

async function tryOut(page, text) {
  await write(page, byTest('try-topic'), text);
  await page.keyboard.press('Enter');
  await page.waitForSelector(byTest('verdict'));
}

/** Waits until the chip says that everything is learnt. */
async function learnt(page) {
  await page.waitForTimeout(700);
  await until(async () => (await page.locator(byTest('learning')).innerText()).includes('已学会'), 60_000, 'topics are never learnt');
}
