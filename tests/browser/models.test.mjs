// Owners set up a language model in the settings: the empty page, a provider with a key, a test that explains itself,
// a test that works, and the budgets. The model is a stub that speaks OpenAI's protocol.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { picture, withProduct } from './product.mjs';

let stub;
const product = withProduct({
  args: async () => {
    stub = await startStub();
    return ['--allow-private', stub.host];
  },
});
after(() => stub?.server.close());

test('a provider is set up, tried, mended and tried again', { timeout: 120_000 }, async () => {
  const page = await product.signedIn({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${product.url}/settings/models`);
  await page.getByText('没有模型也能用').waitFor();
  await picture(page, 'models-empty-zh');

  await page.locator('[data-test="add-provider"]').click();
  await page.locator('[data-test="preset"]').selectOption('other');
  await page.locator('[data-test="provider-name"]').fill('测试模型');
  await page.locator('[data-test="provider-url"]').fill(`http://${stub.host}/v1`);
  await page.locator('[data-test="provider-secret"]').fill('sk-wrong');
  await page.locator('[data-test="provider-model"]').fill('stub-model');
  await picture(page, 'models-form-zh');
  await page.locator('dialog [data-test="save"]').click();
  await page.locator('[data-test="try-provider"]').click();
  await page.locator('[data-test="trial"].bad').waitFor();
  assert.match(await page.locator('[data-test="trial"]').innerText(), /密钥不对/);
  await picture(page, 'models-wrong-key-zh');

  await page.getByRole('button', { name: '修改' }).click();
  assert.equal(await page.locator('[data-test="provider-secret"]').inputValue(), '', 'a key is never shown');
  await page.locator('[data-test="provider-secret"]').fill('sk-right');
  await page.locator('dialog [data-test="save"]').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.locator('[data-test="try-provider"]').click();
  await page.locator('[data-test="trying"]', { hasText: '您好，' }).waitFor();
  assert.match(await page.locator('[data-test="trying"]').innerText(), /首字 \d+ 毫秒/);
  await page.locator('[data-test="trial"].ok').waitFor();
  assert.match(await page.locator('[data-test="trial"]').innerText(), /您好，我是测试模型[\s\S]*12 \+ 8/);
  assert.match(await page.locator('[data-test="models-today"]').innerText(), /20 个 token/);

  await page.locator('[data-test="day-tokens"]').fill('100,000');
  await page.locator('[data-test="save-budgets"]').click();
  await page.getByText('已保存').waitFor();
  await picture(page, 'models-works-zh');
  assert.match(await page.locator('[data-test="local-model"]').innerText(), /服务器上没有本机模型/);
  const saved = page.waitForResponse((response) => response.url().endsWith('/api/models/settings'));
  await page.locator('[data-test="vectors-by"]').selectOption('local');
  assert.equal((await (await saved).json()).settings.day_tokens, 100_000, 'the budgets stay');
  await page.reload();
  await page.locator('[data-test="vectors-by"]').waitFor();
  assert.equal(await page.locator('[data-test="vectors-by"]').inputValue(), 'local');
  await page.getByRole('button', { name: '修改' }).click();
  await page.locator('[data-test="provider-embedding"]').fill('stub-vectors');
  await page.locator('dialog [data-test="save"]').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '修改' }).click();
  assert.equal(await page.locator('[data-test="provider-embedding"]').inputValue(), 'stub-vectors');
  await page.keyboard.press('Escape');
  await picture(page, 'models-vectors-zh');
  const text = await page.locator('body').innerText();
  assert.ok(!text.includes('sk-right') && !text.includes('sk-wrong'));
  assert.deepEqual(page.broken, []);

  for (const [name, options] of [['en', { locale: 'en-US' }], ['dark', { locale: 'en-US', colorScheme: 'dark' }]]) {
    const other = await product.signedIn({ viewport: { width: 1280, height: 860 }, ...options });
    await other.goto(`${product.url}/settings/models`);
    await other.locator('[data-test="try-provider"]').click();
    await other.locator('[data-test="trial"].ok').waitFor();
    await picture(other, `models-works-${name}`);
  }
});

test('an agent finds a summary, marked as a model\'s, without a press', { timeout: 120_000 }, async () => {
  const page = await product.signedIn({ viewport: { width: 1400, height: 860 } });
  await page.goto(`${product.url}/desk`);
  await page.evaluate(async () => {
    const send = (path, method, body, headers = {}) =>
      fetch(path, { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }).then((answer) => answer.json());
    await send('/api/desk/presence', 'PUT', { status: 'online' });
    const opened = await send('/api/chat/web/conversations', 'POST', { flow: 'refund', language: 'zh' });
    await send(`/api/chat/conversations/${opened.id}/messages`, 'POST', { id: '1', text: '转人工' }, { authorization: `Bearer ${opened.token}` });
  });
  await page.reload();
  await page.locator('.desk-row').first().click();
  await page.locator('[data-test="summary"]', { hasText: '我是测试模型' }).waitFor();
  assert.match(await page.locator('[data-test="by-model"]').innerText(), /由模型撰写/);
  await picture(page, 'desk-summary-zh');
  assert.deepEqual(page.broken, []);
});

/** Streams a few words to whoever has the right key. */
function startStub() {
  const stream = createServer((request, response) => {
    request.resume();
    if (request.headers.authorization !== 'Bearer sk-right') {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"Incorrect API key provided"}}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const piece = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    piece({ model: 'stub-model', choices: [{ index: 0, delta: { content: '您好，' } }] });
    // Long enough to be seen before the rest.
    setTimeout(() => {
      piece({ choices: [{ index: 0, delta: { content: '我是测试模型。' }, finish_reason: 'stop' }] });
      piece({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 8 } });
      response.end('data: [DONE]\n\n');
    }, 700);
  });
  return new Promise((resolve) => {
    stream.listen(0, '127.0.0.1', () => resolve({ server: stream, host: `127.0.0.1:${stream.address().port}` }));
  });
}
