// Screens of 800 to 1,024 px: nothing is wider than the window, and what has no room beside the rest takes turns with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFlow } from './designer.mjs';
import { picture, withProduct } from './product.mjs';

const byTest = (name) => `[data-test="${name}"]`;

const product = withProduct();

/** Addresses, what must be there, and how wide the editor must be. */
const SCREENS = [
  ['/flows', byTest('flows')],
  ['/topics?topic=refund', '[data-topic="refund"].on', '.column-main'],
  ['/topics?view=quality', byTest('quality')],
  ['/details', '[data-detail]', '.column-main'],
  ['/library', byTest('articles'), '.column-main'],
  ['/phrases', '[data-phrase]', '.column-main'],
  ['/settings/channels', byTest('channel-flow')],
  ['/settings/connectors', '.settings .line'],
  ['/settings/models', byTest('add-provider')],
  ['/desk', '.desk-lists'],
];

test('every screen fits into 800 and 1,024 px', { timeout: 180_000 }, async () => {
  const page = await product.signedIn({ locale: 'en-US' });
  for (const width of [800, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    for (const [address, there, editor] of SCREENS) {
      await page.goto(product.url + address);
      await page.locator(there).first().waitFor({ timeout: 60_000 });
      await page.waitForTimeout(300);
      const wider = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.frame-page, .page, .column-main, .column-side')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.className || 'the page'}: ${element.scrollWidth} > ${element.clientWidth}`));
      assert.deepEqual(wider, [], `${address} at ${width} px`);
      if (editor) {
        const box = await page.locator(editor).first().boundingBox();
        assert.ok(box.width >= 360, `the editor of ${address} has ${box.width} px of ${width}`);
      }
      await picture(page, `narrow-${width}-${address.split(/[/?]/).filter(Boolean).join('-')}`);
    }
  }
  assert.deepEqual(page.broken, []);
});

test('the side of a page takes turns with what is chosen', { timeout: 60_000 }, async () => {
  const page = await product.signedIn({ locale: 'en-US', viewport: { width: 800, height: 800 } });
  await page.goto(`${product.url}/topics?topic=refund`);
  await page.locator('[data-topic="refund"].on').waitFor();
  const [main, side] = [page.locator('.column-main'), page.locator('.column-side')];
  assert.ok((await main.isVisible()) && !(await side.isVisible()));

  await page.locator(`${byTest('column-switch')} button`, { hasText: 'Try it' }).click();
  assert.ok(!(await main.isVisible()) && (await side.isVisible()));
  await page.fill(byTest('try-topic'), '我要退款');
  await page.keyboard.press('Enter');
  await page.waitForSelector(byTest('verdict'));

  await page.click('[data-topic="refund"]');
  assert.ok(await main.isVisible(), 'the chosen one comes back when it is pressed');
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.ok((await main.isVisible()) && (await side.isVisible()) && !(await page.locator(byTest('column-switch')).isVisible()));
  assert.deepEqual(page.broken, []);
});

test('the canvas screen stays where it is, and its cards speak the words of the forms', { timeout: 60_000 }, async () => {
  const page = await product.signedIn();
  await newFlow(page, '空白流程', 'A blank flow');
  assert.match(await page.locator('[data-ready="canvas"]').innerText(), /已转交|passed on/);
  assert.doesNotMatch(await page.locator('[data-ready="canvas"]').innerText(), /passed_on/);
  await page.click(byTest('rail-flow'));
  await page.waitForTimeout(300);
  const beyond = await page.evaluate(() => document.scrollingElement.scrollHeight - window.innerHeight);
  assert.equal(beyond, 0, 'the page scrolls as a whole');
  assert.deepEqual(page.broken, []);
});

test('a narrow canvas has the room until a step is set up', { timeout: 60_000 }, async () => {
  const page = await product.signedIn({ viewport: { width: 900, height: 800 } });
  const flows = await page.evaluate(() => fetch('/api/flows').then((answer) => answer.json()));
  await page.goto(`${product.url}/flows/${flows.find((flow) => flow.key === 'refund').id}`);
  await page.waitForSelector('[data-ready="canvas"]');
  const canvas = page.locator('[data-ready="canvas"]');
  assert.ok((await canvas.boundingBox()).width > 800, 'nothing stands beside it');

  await page.locator('[data-step]').first().click({ position: { x: 60, y: 12 } });
  await page.waitForSelector(byTest('step-title'));
  await picture(page, 'narrow-canvas-step');
  await page.click(byTest('rail-add'));
  assert.ok((await canvas.boundingBox()).width > 480, 'the panel lies over it');
  await picture(page, 'narrow-canvas-panels');
  assert.deepEqual(page.broken, []);
});
