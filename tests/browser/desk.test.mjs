// An angry customer asks for a person: the agent sees the mood and who comes first, answers, and hands back with a note.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { write } from './designer.mjs';

const byTest = (name) => `[data-test="${name}"]`;

const product = withProduct();

test('an angry customer comes first, is answered, and goes back to the bot', { timeout: 120_000 }, async () => {
  const agent = await product.signedIn();
  const patient = await customer('en', 'agent');
  const angry = await customer('zh', '我要退款，订单 A10086', '等了三天还没退，你们就是一群骗子，太过分了！！', '转人工');

  await agent.goto(`${product.url}/desk`);
  const rows = agent.locator('[data-conversation]');
  await until(async () => (await rows.count()) === 2, 10_000, 'two customers are not in line');
  const first = rows.first();
  assert.match(await first.innerText(), /优先/);
  assert.equal(await first.locator('[data-mood="angry"]').count(), 1, 'the row shows the mood that has not gone');
  assert.match(await first.innerText(), /\d\d:\d\d/, 'the row shows how long the customer waits');
  const tooWide = await agent.locator('.desk-rows').evaluate((list) => list.scrollWidth - list.clientWidth);
  assert.equal(tooWide, 0, 'a row is wider than the list');

  await first.click();
  await agent.waitForSelector(byTest('mood'));
  assert.match(await agent.locator(byTest('mood')).innerText(), /生气[\s\S]*不满 \d+%/);
  await agent.getByText('A10086').first().waitFor();
  assert.match(await agent.locator('.desk-side .details').innerText(), /意图\s*退款/, 'a topic is shown by its name');
  await agent.locator(byTest('take')).first().click();
  await write(agent, byTest('reply'), '非常抱歉让您久等了，我来处理这笔退款。');
  await agent.keyboard.press('Enter');
  await angry.waitForSelector('text=我来处理这笔退款');
  await says(angry, '好的，尽快');
  await agent.waitForSelector('.talk >> text=好的，尽快');
  await picture(agent, 'desk-talk');
  assert.match(await agent.locator('.desk-who').innerText(), /网页/, 'a channel is shown by its name');

  // With less room, the lists and the conversation take turns; on a phone, so does what is known of the customer.
  await agent.setViewportSize({ width: 800, height: 800 });
  await agent.getByRole('button', { name: '回到列表' }).click();
  await agent.locator('.desk-lists').waitFor();
  await rows.first().click();
  await agent.setViewportSize({ width: 390, height: 800 });
  const [known, talk] = [agent.getByRole('button', { name: '客户资料' }), agent.locator('.talk')];
  if ((await known.getAttribute('aria-pressed')) === 'true') await known.click();
  await talk.waitFor();
  assert.ok((await agent.locator('.desk-who').boundingBox()).width > 100, 'the name has room');
  await known.click();
  await agent.locator('.desk-side .details', { hasText: 'A10086' }).waitFor();
  assert.ok(!(await talk.isVisible()));
  await picture(agent, 'desk-phone-known');
  await known.click();
  await talk.waitFor();
  await agent.setViewportSize({ width: 1440, height: 900 });

  await agent.click(byTest('hand-back'));
  await until(() => agent.evaluate(() => document.activeElement?.dataset.test === 'note'), 5_000, 'the note has no cursor');
  await agent.keyboard.insertText('已在系统里加急');
  await agent.click(byTest('confirm-hand-back'));
  await agent.locator(byTest('confirm-hand-back')).waitFor({ state: 'detached' });
  await angry.waitForSelector('#log button', { timeout: 10_000 });
  await picture(angry, 'desk-handed-back');
  assert.ok(!(await angry.locator('#log').innerText()).includes('加急'), 'the note is for colleagues');
  await until(async () => (await agent.locator('[data-tab="mine"]').innerText()).includes('0'), 10_000, 'it is still mine');

  // The other one is still in line.
  await agent.click('[data-tab="queued"]');
  await until(async () => (await rows.count()) === 1, 10_000, 'the other customer has left the line');
  for (const page of [agent, patient, angry]) assert.deepEqual(page.broken, []);
});

/** A customer's window, after these words. */
async function customer(language, ...words) {
  const page = await product.open({ viewport: { width: 390, height: 844 } });
  await page.goto(`${product.url}/chat/web?flow=refund&lang=${language}`);
  await page.waitForSelector('text=/请问有什么可以帮您|How can I help you/');
  for (const text of words) await says(page, text);
  return page;
}

/** Writes a message and waits until it has arrived. */
async function says(page, text) {
  await page.click('#write');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
  await page.locator('#log', { hasText: text }).waitFor();
  await until(async () => /已送达|已读|Delivered|Read/.test(await page.locator('#log').innerText()), 10_000, 'the message does not arrive');
  await page.waitForTimeout(300);
}
