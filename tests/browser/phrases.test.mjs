// Phrases 话术: made, worded by mood, previewed, used from a text, and heard by an angry customer in the test chat.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';

const product = withProduct();

test('a phrase is worded by mood, and an angry customer hears the gentle wording', { timeout: 180_000 }, async () => {
  const page = await product.signedIn();
  await page.goto(`${product.url}/phrases`);
  await page.click('[data-test="new-phrase"]');
  await page.locator('dialog input, [role=dialog] input').first().fill('道别');
  await page.locator('[data-test="phrase-key"]').fill('farewell');
  await page.click('[data-test="create-phrase"]');
  await page.waitForSelector('.use-as:has-text("farewell")');
  await page.locator('[data-wording="any-zh"]').fill('再见，祝您愉快。');
  await page.locator('[data-wording="angry-zh"]').fill('再次向您道歉，再见。');
  const preview = page.locator('[data-test="phrase-preview"]');
  await until(async () => (await preview.innerText()).includes('祝您愉快'), 5_000, 'the preview follows');
  await page.click('.mood-pick[data-mood="angry"]');
  await until(async () => (await preview.innerText()).includes('再次向您道歉'), 5_000, 'the preview follows the mood');
  await picture(page, 'phrases-zh');
  const saved = await until(async () => {
    const phrases = await page.evaluate(() => fetch('/api/phrases').then((answer) => answer.json()));
    const phrase = phrases.find((one) => one.key === 'farewell');
    return phrase?.wordings.length === 2 && phrase;
  }, 5_000, 'the wordings are saved by themselves');
  assert.deepEqual(saved.wordings.map((wording) => wording.mood ?? 'any'), ['any', 'angry']);

  // An angry customer in the test chat of the sample flow.
  const flows = await page.evaluate(() => fetch('/api/flows').then((answer) => answer.json()));
  const flow = (flows.flows ?? flows).find((one) => one.key === 'order-status');
  await page.goto(`${product.url}/flows/${flow.id}`);
  await page.waitForSelector('[data-ready="canvas"]');
  await page.click('[data-test="mode-test"]');
  const input = page.locator('[data-test="chat-input"]');
  await input.fill('你们就是一群骗子，太过分了，我要投诉！！');
  await input.press('Enter');
  await until(async () => (await page.locator('.tc-talk').innerText()).includes('非常抱歉，让您这么着急'), 10_000, 'calm words');
  assert.equal(await page.locator('.tc-mood [data-mood="angry"]').count(), 1, 'the message shows its mood');
  await picture(page, 'test-chat-angry-zh');
  assert.deepEqual(page.broken, []);
});
