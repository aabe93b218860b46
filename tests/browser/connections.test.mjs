// Owners keep a secret for a header of a connection: it is typed once, never shown again, and missed when the address
// changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';

const SECRET = 'tok-browser-51d2e84b607f';

const product = withProduct();

test('a secret is kept for a header and never shown again', { timeout: 120_000 }, async () => {
  const page = await product.signedIn({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${product.url}/settings/connectors`);
  await page.getByRole('button', { name: '新建连接' }).click();
  const dialog = page.locator('dialog');
  await dialog.locator('input').first().fill('会员系统');
  await dialog.getByPlaceholder('https://api.example.com/v1').fill('https://members.example/api');
  await dialog.locator('[data-test="add-secret"]').click();
  assert.equal(await dialog.locator('[data-test="secret-header"]').inputValue(), 'Authorization');
  await dialog.locator('[data-test="secret-name"]').fill('members_token');
  await dialog.locator('[data-test="secret-value"]').fill(SECRET);
  await picture(page, 'connection-secret-zh');
  await dialog.locator('[data-test="save"]').click();
  await dialog.waitFor({ state: 'detached' });
  const line = page.locator('li.line', { hasText: '会员系统' });
  await line.waitFor();
  assert.equal(await line.getByText('缺密钥').count(), 0);

  await line.getByRole('button', { name: '修改' }).click();
  assert.equal(await dialog.locator('[data-test="secret-value"]').inputValue(), '', 'it is never shown');
  assert.match(await dialog.locator('[data-test="secret-value"]').getAttribute('placeholder'), /留空保持不变/);
  await dialog.getByPlaceholder('https://api.example.com/v1').fill('https://elsewhere.example/api');
  await dialog.locator('[data-test="save"]').click();
  await dialog.waitFor({ state: 'detached' });
  await line.getByText('缺密钥').waitFor();
  await picture(page, 'connection-secret-missing-zh');
  const held = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify(localStorage));
  assert.ok(!held.includes(SECRET));
  assert.deepEqual(page.broken, []);

  const other = await product.signedIn({ viewport: { width: 1280, height: 860 }, locale: 'en-US', colorScheme: 'dark' });
  await other.goto(`${product.url}/settings/connectors`);
  await other.locator('li.line', { hasText: '会员系统' }).getByRole('button', { name: /^(Edit|修改)$/ }).click();
  await other.getByText(/entered for another address|为另一个地址填写/).waitFor();
  await picture(other, 'connection-secret-dark');
});
