// What everyone can use: axe-core's rules on a page, and what must hold for a dialog.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const axe = createRequire(import.meta.url)('axe-core');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails with what axe finds on the page as it stands. */
export async function isAccessible(page, where) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id} (${rule.impact}): ${node.html.slice(0, 160)}\n    ${node.failureSummary.split('\n').slice(1).join(' ').trim()}`));
  }, RULES);
  assert.deepEqual(found, [], `${where}:\n${found.join('\n')}`);
}

/** A dialog that `open` opens: it has a name, keeps the focus, closes by Escape, and gives the focus back. */
export async function isGoodDialog(page, where, open) {
  await open();
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  assert.ok(await dialog.getAttribute('aria-label'), `${where}: the dialog has no name`);
  await page.waitForTimeout(100);
  for (let n = 0; n < 12; n += 1) {
    assert.ok(await focusIsInside(page), `${where}: the focus left the dialog after ${n} times Tab`);
    await page.keyboard.press('Tab');
  }
  await isAccessible(page, where);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached', timeout: 3_000 });
  await page.waitForTimeout(100);
  assert.ok(
    await page.evaluate(() => document.activeElement && document.activeElement !== document.body),
    `${where}: the focus is nowhere after Escape`,
  );
}

/** The browser itself takes its turn in the round of Tab: then nothing of the page has the focus. */
function focusIsInside(page) {
  return page.evaluate(() => {
    const focused = document.activeElement;
    return focused === document.body || Boolean(focused?.closest('dialog[open]'));
  });
}
