// What a newcomer does in the first quarter of an hour, in Chinese, with mouse and keyboard only:
// from the printed link and a blank canvas to a customer's answer and an agent's desk.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { choose, connect, dragKind, field, newFlow, openStep, saved, write } from './designer.mjs';

const product = withProduct();

test('a newcomer builds a flow, tests it, publishes it, and answers its customer as an agent', { timeout: 240_000 }, async () => {
  const page = await product.signedIn();
  await newFlow(page, '大额订单', 'Large orders');
  await page.goto(`${page.url()}?e2e=1`);
  await page.waitForSelector('[data-ready="canvas"]');
  await until(() => page.evaluate(() => Boolean(window.__flow)), 5_000, 'the flow did not open');
  await zoomOut(page);
  await picture(page, 'newcomer-blank');

  // Ask for the order number.
  const ask = await dragKind(page, 'ask', 420, 150);
  await connect(page, 'start', 'next', ask);
  await openStep(page, ask);
  await write(page, field(page, '/question').locator('textarea'), '请问您的订单号是多少？');
  await choose(page, field(page, '/answer').locator('select'), '订单号');
  await createVariable(page, field(page, '/save_to').locator('input'), 'order_no');

  // Look the order up.
  const call = await dragKind(page, 'call_api', 600, 150);
  await connect(page, ask, 'answered', call);
  await openStep(page, call);
  await choose(page, field(page, '/connector').locator('select'), '订单系统（演示）');
  await write(page, field(page, '/path').locator('textarea, input').first(), '/orders/{{ order_no }}');
  await page.keyboard.press('Escape');
  await field(page, '/save').locator('.f-add').click();
  await write(page, field(page, '/save/0/from').locator('textarea, input').first(), 'amount');
  await createVariable(page, field(page, '/save/0/variable').locator('input').first(), 'amount');
  await connect(page, call, 'not_found', ask);

  // Decide by the amount.
  const branch = await dragKind(page, 'branch', 780, 150);
  await connect(page, call, 'success', branch);
  await openStep(page, branch);
  await write(page, field(page, '/paths/0/label').locator('input, textarea').first(), '金额大于 500');
  const row = '/paths/0/when/rows/0';
  await chooseVariable(page, field(page, `${row}/left`).locator('input').first(), 'amount');
  await choose(page, field(page, `${row}/op`), '大于');
  await write(page, field(page, `${row}/right`).locator('textarea, input').first(), '500');

  // A person above 500, a confirmation below, and the end.
  const agent = await dragKind(page, 'hand_off', 960, 110);
  const say = await dragKind(page, 'say', 960, 250);
  const end = await dragKind(page, 'end', 960, 350);
  await connect(page, branch, 'path_1', agent);
  await connect(page, branch, 'otherwise', say);
  await connect(page, say, 'next', end);
  await connect(page, agent, 'handed_back', end);
  await openStep(page, agent);
  await choose(page, field(page, '/team').locator('select'), '售后组');
  await openStep(page, say);
  await write(page, field(page, '/text').locator('textarea'), '订单 {{ order_no }} 的金额是 {{ amount }} 元，已确认。');
  await page.keyboard.press('Escape');
  await saved(page);
  await picture(page, 'newcomer-flow');

  // No problems are left.
  await until(async () => /没有问题/.test(await page.locator('[data-test="problems"]').innerText()), 10_000, async () => 'problems are left');

  // Try it beside the canvas.
  await page.click('[data-test="mode-test"]');
  await page.click('[data-test="chat-input"]');
  await page.keyboard.insertText('A10001');
  await page.keyboard.press('Enter');
  const talk = page.locator('.tc-talk');
  await talk.getByText('请问您的订单号是多少？').waitFor();
  await talk.getByText('订单 A10001 的金额是 88 元，已确认。').waitFor();
  await picture(page, 'newcomer-test');

  // Publish it with a note.
  await page.click('[data-test="publish"]');
  await write(page, '[data-test="publish-note"]', '第一版：大额订单转人工');
  await page.click('[data-test="publish-confirm"]');
  await page.waitForSelector('[data-test="published"]');
  await picture(page, 'newcomer-published');
  const address = await page.locator('[data-test="open-chat"]').getAttribute('href');

  // A customer talks, somewhere else.
  const customer = await product.open({ viewport: { width: 420, height: 760 } });
  await customer.goto(new URL(address, product.url).href);
  await customer.waitForSelector('text=请问您的订单号是多少？');
  await customerSays(customer, '我的订单是 A10086');
  await customer.waitForSelector('text=正在为您转接人工客服');

  // The agent takes over, answers, and hands back.
  await page.keyboard.press('Escape');
  await page.goto(`${product.url}/desk`);
  await page.locator('[data-conversation]').first().click();
  await page.waitForSelector('text=A10086');
  await page.click('[data-test="take"]');
  await write(page, '[data-test="reply"]', '您好，我是王芳，这笔订单我来处理。');
  await page.keyboard.press('Enter');
  await customer.waitForSelector('text=您好，我是王芳，这笔订单我来处理。');
  await customerSays(customer, '好的，谢谢');
  await page.waitForSelector('text=好的，谢谢');
  await picture(page, 'newcomer-desk');
  await picture(customer, 'newcomer-customer');
  await page.click('[data-test="hand-back"]');
  await page.click('[data-test="confirm-hand-back"]');

  // The flow goes on to its end.
  await customer.waitForSelector('text=感谢您的咨询，再见！');
  await picture(customer, 'newcomer-ended');
  assert.deepEqual(page.broken, [], 'nothing broke on the staff side');
  assert.deepEqual(customer.broken, [], 'nothing broke on the customer side');
});

test('the sample refund flow serves a customer in English', { timeout: 60_000 }, async () => {
  const customer = await product.open({ viewport: { width: 420, height: 760 }, locale: 'en-US' });
  await customer.goto(`${product.url}/chat/web?flow=refund&lang=en`);
  await customer.waitForSelector('text=Hello, this is the refund desk. How can I help you?');

  await customerSays(customer, 'I want my money back please');
  await customer.waitForSelector('text=What is your order number?');
  await customerSays(customer, 'it is A10001');
  await customer.waitForSelector('text=88');
  await customer.locator('#log button').first().click();
  await customer.waitForSelector('text=RA10001');

  await picture(customer, 'refund-en');
  assert.deepEqual(customer.broken, []);
});

async function zoomOut(page) {
  const canvas = await page.locator('[data-ready="canvas"]').boundingBox();
  await page.mouse.click(canvas.x + 60, canvas.y + 60);
  await page.keyboard.press('0');
  for (let n = 0; n < 4; n += 1) await page.keyboard.press('-');
  await page.waitForTimeout(300);
}

/** Types a new variable's name and takes the offer to create it. */
async function createVariable(page, box, name) {
  await box.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(name);
  await page.waitForSelector('[role="option"]');
  await page.keyboard.press('Enter');
  await until(
    () => page.evaluate((name) => window.__flow.variables.some((variable) => variable.name === name), name),
    5_000,
    `the variable ${name} was not created`,
  );
}

/** Types a known variable's name and takes the first offer. */
async function chooseVariable(page, box, name) {
  await box.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(name);
  await page.waitForSelector('[role="option"]');
  await page.keyboard.press('Enter');
}

async function customerSays(page, words) {
  await page.click('#write');
  await page.keyboard.insertText(words);
  await page.keyboard.press('Enter');
}
