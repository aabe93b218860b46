// What a person does on the designer's screen, with mouse and keyboard events only.

import { until } from './until.mjs';

const byTest = (name) => `[data-test="${name}"]`;

/** Fills in the owner's form behind the printed link. */
export async function setUpOwner(page, link, { name = '王芳', email = 'fang@example.com', password = '合流 好用 又稳' } = {}) {
  await page.goto(link);
  await write(page, byTest('name'), name);
  await write(page, byTest('email'), email);
  await write(page, byTest('password'), password);
  await page.click(byTest('setup'));
  await page.waitForURL(/\/flows$/);
}

/** Creates a blank flow and waits for its canvas. */
export async function newFlow(page, zh, en) {
  await page.click(byTest('new-flow'));
  await write(page, byTest('name-zh'), zh);
  await write(page, byTest('name-en'), en);
  await page.click(byTest('create-flow'));
  await page.waitForSelector('[data-ready="canvas"]');
}

/** Clicks into a field and types over what is there. */
export async function write(page, field, text) {
  const box = typeof field === 'string' ? page.locator(field).first() : field;
  await box.click();
  await page.keyboard.press('Control+A');
  if (text === '') await page.keyboard.press('Delete');
  else await page.keyboard.insertText(text);
}

/** Drags a kind of step from the list onto the canvas, to a place in px; answers with the new step's id. */
export async function dragKind(page, kind, x, y) {
  const before = await steps(page);
  if (!(await page.locator(`.left-panel [data-kind="${kind}"]`).count())) await page.click(byTest('rail-add'));
  const from = await centre(page, `.left-panel [data-kind="${kind}"]`);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 20, from.y + 10, { steps: 4 });
  await page.mouse.move(x, y, { steps: 12 });
  await page.mouse.up();
  return until(async () => (await steps(page)).find((id) => !before.includes(id)), 5_000, `no ${kind} came onto the canvas`);
}

/** Drags a path from an exit to a step. */
export async function connect(page, from, exit, to) {
  const start = await centre(page, `[data-step="${from}"] [data-exit="${exit}"]`);
  const card = await page.locator(`[data-step="${to}"]`).boundingBox();
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(start.x + 30, start.y + 5, { steps: 4 });
  await page.mouse.move(card.x + 30, card.y + 18, { steps: 12 });
  await page.mouse.up();
  await until(
    async () => page.evaluate(([from, exit, to]) => window.__flow.edges.some((e) => e.from === from && e.port === exit && e.to === to), [from, exit, to]),
    5_000,
    `the path from ${from} (${exit}) to ${to} was not drawn`,
  );
}

/** Opens the form of a step with a click on its title. */
export async function openStep(page, id) {
  const card = await page.locator(`[data-step="${id}"]`).boundingBox();
  await page.mouse.click(card.x + 90, card.y + 18);
  await page.waitForSelector(byTest('step-title'));
}

/** The field of the open form at a JSON pointer into the settings. */
export function field(page, pointer) {
  return page.locator(`[data-pointer="${pointer}"]`).first();
}

/** Chooses from a list with the keyboard: arrow keys until the words are there. */
export async function choose(page, list, words) {
  await list.focus();
  await page.keyboard.press('Home');
  for (let n = 0; n < 50; n += 1) {
    if ((await list.evaluate((select) => select.selectedOptions[0]?.textContent.trim())) === words) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`the list has no “${words}”: ${await list.innerText()}`);
}

/** The ids of the steps on the canvas. */
export async function steps(page) {
  return page.evaluate(() => window.__flow.nodes.map((node) => node.id));
}

/** Waits until nothing is left to save. */
export async function saved(page) {
  await until(async () => /已保存|Saved/i.test(await page.locator(byTest('save-state')).innerText()), 10_000, 'the draft is not saved');
}

async function centre(page, selector) {
  const element = page.locator(selector).first();
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error(`${selector} is not on the screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
