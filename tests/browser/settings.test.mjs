// What a flow says of itself: dialogue repair switched off, and a rule for customers who are upset.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { choose, field, saved, write } from './designer.mjs';

const byTest = (name) => `[data-test="${name}"]`;

const product = withProduct();

test('repair is switched off and a mood rule sends upset customers to a person', { timeout: 120_000 }, async () => {
  const page = await product.signedIn();
  const flows = await page.evaluate(() => fetch('/api/flows').then((answer) => answer.json()));
  const refund = flows.find((flow) => flow.key === 'refund');
  await page.goto(`${product.url}/flows/${refund.id}?e2e=1`);
  await page.waitForSelector('[data-ready="canvas"]');
  const flow = () => page.evaluate(() => window.__flow);
  await until(async () => Boolean(await flow()), 5_000, 'the flow did not open');
  await page.click(byTest('rail-flow'));

  // One thing that is mended, then all of it.
  assert.ok((await flow()).repair, 'the sample flow mends its dialogue');
  await turn('/repair/restart/on');
  await until(async () => (await flow()).repair.restart?.on === false, 5_000, 'the switch did nothing');
  await turn('/repair/on');
  await until(async () => !(await flow()).repair, 5_000, 'repair is still on');
  await picture(page, 'flow-settings-repair');

  // A rule for moods.
  const n = (await flow()).handlers.length;
  await field(page, '/handlers').locator('.f-add').last().click();
  const rule = `/handlers/${n}`;
  await write(page, field(page, `${rule}/name`).locator('input, textarea').first(), '情绪激动');
  await choose(page, field(page, `${rule}/on/kind`).locator('select'), '客户有情绪');
  await choose(page, field(page, `${rule}/to`).locator('select'), '转人工');
  await until(async () => (await flow()).handlers[n]?.on.kind === 'mood', 5_000, 'there is no mood rule');
  const handler = (await flow()).handlers[n];
  assert.deepEqual(handler.on, { kind: 'mood', emotions: ['angry'], at_least: 0.75, once_per: 10 });
  await saved(page);
  await picture(page, 'flow-settings-mood');

  // The test chat obeys.
  await page.click(byTest('mode-test'));
  await say('我要退款');
  await page.locator('.tc-talk').getByText('请问您的订单号是多少').waitFor();
  await say('你们就是一群骗子，太过分了，我要投诉！！');
  await page.waitForSelector(byTest('agent-take'));
  assert.deepEqual(page.broken, []);

  async function turn(pointer) {
    await field(page, pointer).locator('input[type="checkbox"]').evaluate((input) => input.click());
  }

  async function say(text) {
    await page.click(byTest('chat-input'));
    await page.keyboard.insertText(text);
    await page.keyboard.press('Enter');
  }
});
