// A dictionary is made by pasting from a spreadsheet, tried, and used in a step that collects details.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { workbook } from './workbook.mjs';
import { write } from './designer.mjs';

const product = withProduct();

test('a pasted dictionary is found in a sentence and by a step of the test chat', { timeout: 180_000 }, async () => {
  const page = await product.signedIn();

  // Make it.
  await page.goto(`${product.url}/details`);
  await page.click('[data-test="new-detail"]');
  await write(page, page.locator('dialog [data-test="name-zh"]'), '门店');
  await write(page, page.locator('dialog [data-test="name-en"]'), 'Shop');
  await page.click('[data-test="create-detail"]');
  await page.waitForSelector('[data-test="new-entry"]');
  await picture(page, 'details-empty');

  // Paste two columns of a spreadsheet.
  await page.locator('[data-test="new-entry"]').evaluate((field) => {
    const data = new DataTransfer();
    data.setData('text/plain', '值\t同义词\n徐汇店\t徐家汇店\n静安店\tJing\'an store\n');
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await until(async () => (await page.locator('[data-test="n-entries"]').innerText()) === '2', 5_000, 'two values did not come in');
  await until(async () => /已保存/.test(await page.locator('[data-test="saving"]').innerText()), 5_000, 'it was not saved');

  // Try it.
  await write(page, '[data-test="try-detail"]', '明天下午三点去徐家汇店取');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test="found"] >> text=徐汇店');
  const marked = await page.locator('[data-test="marked"] mark.own').allInnerTexts();
  assert.deepEqual(marked, ['徐家汇店']);
  await picture(page, 'details-tried');

  // A file is shown before it comes in.
  await page.click('[data-test="import-csv"]');
  await page.setInputFiles('[data-test="csv-file"]', {
    name: 'shops.csv', mimeType: 'text/csv', buffer: Buffer.from([0xc6, 0xd6, 0xb6, 0xab, 0xb5, 0xea, 0x2c, 0x50, 0x44, 0x0d, 0x0a]),
  });
  await page.waitForSelector('[data-test="csv-summary"] >> text=GBK');
  await picture(page, 'details-import');
  await page.click('[data-test="csv-add"]');
  await until(async () => (await page.locator('[data-test="n-entries"]').innerText()) === '3', 5_000, 'the file did not come in');

  // So is a workbook.
  await page.click('[data-test="import-csv"]');
  await page.setInputFiles('[data-test="csv-file"]', {
    name: 'shops.xlsx', mimeType: 'application/octet-stream', buffer: workbook([['同义词', '值'], ['五角场', '杨浦店']]),
  });
  await page.waitForSelector('[data-test="csv-summary"] >> text=Excel');
  assert.equal(await page.locator('dialog select').count(), 0, 'a workbook has no encoding to choose');
  await picture(page, 'details-import-excel');
  await page.click('[data-test="csv-add"]');
  await until(async () => (await page.locator('[data-test="n-entries"]').innerText()) === '4', 5_000, 'the workbook did not come in');
  await until(async () => {
    const detail = await page.evaluate(() => fetch('/api/details/shop').then((answer) => answer.json()));
    return detail.source.entries.some((entry) => entry.value === '杨浦店' && entry.synonyms[0] === '五角场');
  }, 5_000, 'the column called “值” is not the value');

  // A sample flow that collects a detail of the workspace, in the test chat.
  await page.goto(`${product.url}/flows`);
  await page.getByText('换货', { exact: true }).first().click();
  await page.waitForSelector('[data-ready="canvas"]');
  await page.click('[data-test="mode-test"]');
  await page.click('[data-test="chat-input"]');
  await page.keyboard.insertText('订单 A10442 的登山鞋要换，下周五来取');
  await page.keyboard.press('Enter');
  const talk = page.locator('.tc-talk');
  await talk.getByText('为什么要换').waitFor();
  await page.click('[data-test="chat-input"]');
  await page.keyboard.insertText('跳过');
  await page.keyboard.press('Enter');
  await talk.getByText('商品：Skyline').waitFor();
  await picture(page, 'details-collected');
  assert.deepEqual(page.broken, []);
});
