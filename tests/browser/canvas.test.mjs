// What hands do on the canvas: copies by Alt, the knife, the ends of paths, fingers, and the keys of the sheet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { newFlow, saved, steps } from './designer.mjs';

const product = withProduct();

test('Alt copies what is dragged, cuts paths over empty ground, and Esc takes it back', { timeout: 120_000 }, async () => {
  const page = await opened('复制与剪断', 'Copy and cut');
  const [ask, say] = await askAndSay(page);

  // A copy of one step: where it is dropped, with no path of its own; the original stays.
  const [own, before, drawn] = [await steps(page), await place(page, ask), await paths(page)];
  await page.keyboard.down('Alt');
  await drag(page, await head(page, ask), { x: 30, y: 190 });
  await page.keyboard.up('Alt');
  const copy = await added(page, own, 1);
  assert.deepEqual(await place(page, ask), before);
  assert.deepEqual(await paths(page), drawn);
  assert.notDeepEqual(await place(page, copy[0]), before);
  await page.keyboard.press('Control+Z');
  assert.deepEqual(await steps(page), own, 'one undo takes the copy and its place back');

  // Of two steps, with the path between them.
  await select(page, ask);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.down('Alt');
  await drag(page, await head(page, ask), { x: 10, y: 200 });
  await page.keyboard.up('Alt');
  const [askCopy, sayCopy] = await added(page, own, 2);
  assert.deepEqual(await paths(page), [...drawn, `${askCopy} answered ${sayCopy}`].sort());
  await picture(page, 'canvas-copies');
  await page.keyboard.press('Control+Z');

  // Esc in the middle of it leaves nothing behind.
  await select(page, ask);
  await page.keyboard.down('Alt');
  const from = await head(page, ask);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y + 120, { steps: 6 });
  assert.equal((await steps(page)).length, own.length + 1, 'the copy is live');
  await page.keyboard.up('Alt');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  assert.deepEqual(await steps(page), own);

  // The knife.
  await select(page, 'none');
  const path = await alongPath(page, ask, 'answered', 0.5);
  await page.keyboard.down('Alt');
  await page.mouse.move(path.x, path.y - 60);
  await page.mouse.down();
  await page.mouse.move(path.x, path.y + 60, { steps: 6 });
  await picture(page, 'canvas-knife');
  await page.mouse.up();
  await page.keyboard.up('Alt');
  assert.deepEqual(await paths(page), drawn.filter((line) => line !== `${ask} answered ${say}`));
  await page.keyboard.press('Control+Z');
  assert.deepEqual(await paths(page), drawn);
  await saved(page);
  assert.deepEqual(page.broken, []);
});

test('the ends of a path are dragged to another exit and to another step', { timeout: 60_000 }, async () => {
  const page = await opened('改走向', 'Ends of paths');
  const [ask, say] = await askAndSay(page);
  await page.mouse.click(...Object.values(await alongPath(page, ask, 'answered', 0.25)));
  const grip = await page.locator('[data-from]').boundingBox();
  const exit = await page.locator(`[data-step="${ask}"] [data-exit]`).nth(1).boundingBox();
  const port = await page.locator(`[data-step="${ask}"] [data-exit]`).nth(1).getAttribute('data-exit');
  await page.mouse.move(grip.x + 6, grip.y + 6);
  await page.mouse.down();
  await page.mouse.move(exit.x + exit.width / 2, exit.y + exit.height / 2, { steps: 8 });
  await page.mouse.up();
  assert.ok((await paths(page)).includes(`${ask} ${port} ${say}`), `${await paths(page)}`);
  await page.keyboard.press('Control+Z');
  assert.ok((await paths(page)).includes(`${ask} answered ${say}`));
  assert.deepEqual(page.broken, []);
});

test('a note takes along the steps that lie on it, and has a colour', { timeout: 60_000 }, async () => {
  const page = await opened('便签', 'Notes');
  const [ask] = await askAndSay(page);
  const [x, y] = await place(page, ask);
  await select(page, 'none');
  await page.keyboard.press('Shift+S');
  const note = page.locator('.note');
  await note.waitFor();
  await page.click('[data-colour="ask"]');
  await page.evaluate(() => document.querySelector('#canvas').focus());

  // Over the step: its corner makes it larger, its edge moves it with what lies on it.
  const k = await page.evaluate(() => new DOMMatrix(getComputedStyle(document.querySelector('.world')).transform).a);
  const edge = async () => { const box = await note.boundingBox(); return { x: box.x + 3, y: box.y + 3 }; };
  const corner = await note.boundingBox();
  await drag(page, { x: corner.x + corner.width - 4, y: corner.y + corner.height - 4 }, { x: 90 * k, y: 130 * k });
  const [noteX, noteY] = (await page.evaluate(() => window.__flow.notes[0].place));
  await drag(page, await edge(), { x: (x - 32 - noteX) * k, y: (y - 32 - noteY) * k });
  assert.deepEqual(await place(page, ask), [x, y], 'a note that comes to lie under a step leaves it where it is');
  await drag(page, await edge(), { x: 0, y: 80 * k });
  const moved = await place(page, ask);
  assert.ok(Math.abs(moved[1] - y - 80) <= 8 && moved[0] === x, `${moved}`);
  assert.equal(await page.evaluate(() => window.__flow.notes[0].colour), 'ask');
  await picture(page, 'canvas-note');
  await page.keyboard.press('Control+Z');
  assert.deepEqual(await place(page, ask), [x, y], 'one undo takes note and step back');
  assert.deepEqual(page.broken, []);
});

test('the keys of the sheet do what it says', { timeout: 120_000 }, async () => {
  const page = await opened('快捷键', 'Keys');
  const [ask, say] = await askAndSay(page);

  // Arrows go to steps and the paths between them.
  await select(page, ask);
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector(`[data-path="${ask} answered"].sel`);
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector(`[data-step="${say}"].sel`);

  // A tap of Space takes the step into the hand; Esc puts it back, Enter drops it; one undo.
  const before = await place(page, say);
  await page.keyboard.press('Space');
  await page.waitForSelector('.canvas.grabbed');
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  assert.deepEqual(await place(page, say), before);
  await page.keyboard.press('Space');
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  assert.deepEqual(await place(page, say), [before[0] + 40, before[1] + 24]);
  await page.keyboard.press('Control+Z');
  assert.deepEqual(await place(page, say), before);

  // C begins a path, C again takes the next exit, arrows aim, Enter connects.
  await select(page, ask);
  await page.keyboard.press('c');
  await page.keyboard.press('c');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  assert.equal((await paths(page)).filter((path) => path.startsWith(ask) && path.endsWith(say)).length, 2);

  // Words from elsewhere become a note.
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', '记得问仓库');
    document.querySelector('#canvas').focus();
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  });
  await until(() => page.evaluate(() => window.__flow.notes?.some((note) => note.text === '记得问仓库')), 5_000, 'no note');

  // F6 goes around the parts of the screen, and Shift goes back.
  await page.locator('#canvas').focus();
  await page.keyboard.press('F6');
  assert.equal(await page.evaluate(() => Boolean(document.activeElement.closest('.right-panel, .dock, .top-bar'))), true);
  await page.keyboard.press('Shift+F6');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'canvas');

  // Ctrl+Enter begins the test, and again from the start.
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('[data-test="chat-input"]');
  await page.locator('.tc-talk').getByText('请问').first().waitFor();
  await page.locator('#canvas').focus();
  const begun = page.waitForRequest((request) => request.method() === 'POST' && /test/.test(request.url()));
  await page.keyboard.press('Control+Enter');
  await begun;
  assert.deepEqual(page.broken, []);
});

test('two fingers zoom, one moves the view, and a long press opens the menu', { timeout: 60_000 }, async () => {
  const page = await opened('手指', 'Fingers', { hasTouch: true });
  const [ask] = await askAndSay(page);
  const touch = await page.context().newCDPSession(page);
  const fingers = (type, ...points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const canvas = await page.locator('#canvas').boundingBox();
  const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height - 120];

  const zoom = async () => Number.parseInt(await page.locator('.tools-zoom').innerText(), 10);
  const first = await zoom();
  await fingers('touchStart', [x - 40, y], [x + 40, y]);
  for (let n = 1; n <= 5; n += 1) await fingers('touchMove', [x - 40 + n * 5, y], [x + 40 - n * 5, y]);
  await fingers('touchEnd');
  await until(async () => (await zoom()) < first, 3_000, 'two fingers do not zoom');

  const start = await page.locator(`[data-step="${ask}"]`).boundingBox();
  await fingers('touchStart', [x, y]);
  for (let n = 1; n <= 5; n += 1) await fingers('touchMove', [x - n * 10, y]);
  await fingers('touchEnd');
  const moved = await page.locator(`[data-step="${ask}"]`).boundingBox();
  assert.ok(moved.x < start.x - 30, 'one finger does not move the view');

  const at = await page.locator(`[data-step="${ask}"]`).boundingBox();
  await fingers('touchStart', [at.x + 40, at.y + 10]);
  await page.waitForSelector('.canvas-menu [data-command="duplicate"]');
  await fingers('touchEnd');
  assert.equal(await page.locator('.canvas-menu').count(), 1);
  assert.deepEqual(page.broken, []);
});

async function opened(zh, en, options) {
  const page = await product.signedIn(options);
  await newFlow(page, zh, en);
  await page.goto(`${page.url()}?e2e=1`);
  await page.waitForSelector('[data-ready="canvas"]');
  await until(() => page.evaluate(() => Boolean(window.__flow)), 5_000, 'the flow did not open');
  // Asked once whether it is a mouse or a trackpad; of fingers nobody is asked.
  if (!options?.hasTouch) await page.click('[data-test="hand-mouse"]');
  await page.locator('[data-test="hand-choice"]').waitFor({ state: 'detached' });
  return page;
}

/** start → ask → say, added by keys. */
async function askAndSay(page) {
  await select(page, 'start');
  const ask = await addByKey(page, '提问');
  const say = await addByKey(page, '发消息');
  await page.locator('#canvas').focus();
  await page.keyboard.press('1');
  return [ask, say];
}

async function addByKey(page, words) {
  const before = await steps(page);
  await page.locator('#canvas').focus();
  await page.keyboard.press('n');
  await page.locator('[data-test="picker-search"]').fill(words);
  await page.keyboard.press('Enter');
  return (await added(page, before, 1))[0];
}

async function added(page, before, n) {
  return until(async () => {
    const now = (await steps(page)).filter((id) => !before.includes(id));
    return now.length === n && now;
  }, 5_000, `no ${n} steps came`);
}

/** Selects a step, or nothing, and leaves the keyboard with the canvas. */
async function select(page, id) {
  await page.locator('#canvas').focus();
  await page.keyboard.press('Escape');
  if (id === 'none') return;
  const at = await head(page, id);
  await page.mouse.click(at.x, at.y);
  await page.waitForSelector(`[data-step="${id}"].sel`);
}

async function head(page, id) {
  const card = await page.locator(`[data-step="${id}"]`).boundingBox();
  return { x: card.x + card.width / 2, y: card.y + 12 };
}

async function drag(page, from, by) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by.x / 2, from.y + by.y / 2, { steps: 6 });
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 6 });
  await page.mouse.up();
}

function place(page, id) {
  return page.evaluate((id) => window.__flow.layout[id], id);
}

function paths(page) {
  return page.evaluate(() => window.__flow.edges.map((edge) => `${edge.from} ${edge.port} ${edge.to}`).sort());
}

/** A point of a path, on the screen; its middle has the “+”. */
function alongPath(page, from, port, share) {
  return page.evaluate(([from, port, share]) => {
    const line = document.querySelector(`[data-path="${from} ${port}"] .line`);
    const point = line.getPointAtLength(line.getTotalLength() * share);
    const at = new DOMPoint(point.x, point.y).matrixTransform(line.getScreenCTM());
    return { x: at.x, y: at.y };
  }, [from, port, share]);
}
