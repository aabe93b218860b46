// An author gives a library a returns policy, as Markdown and as PDF, watches it being read, sees its passages, tries a
// question, and gets the answer with its source in the test chat.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAccessible } from './accessible.mjs';
import { picture, withProduct } from './product.mjs';
import { until } from './until.mjs';
import { workbook, workbookOf } from './workbook.mjs';

const POLICY = `# 退换货政策

## 退款

收到退货后三个工作日内原路退款。

## 运费

质量问题由我们承担来回运费，其他情况由客户承担。
`;

/** `问题,答案,其他问法` and a row, in GBK behind the mark of UTF-8. */
const GBK_WITH_A_MARK = `77u/zsrM4iy08LC4LMbky/vOyreoDQq24L7Dtb279aO/LCLI/czs1/PT0qOsxqvUtrXYx/jO5czsoaMiLLy4zOy1vaO7yrLDtMqxuvLE3LW9DQo=`;

const product = withProduct();

test('a returns policy is uploaded, read, and answers with its source', { timeout: 240_000 }, async () => {
  const page = await product.signedIn();
  const call = (path, body) => page.evaluate(async ([path, body]) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return answer.json();
  }, [path, body]);
  await call('/api/libraries', { key: 'policies', name: { zh: '政策文件', en: 'Policies' } });
  await page.goto(`${product.url}/library?library=policies`);
  await page.click('[data-tab="documents"]');
  await picture(page, 'library-empty');

  const choose = (name, mimeType, buffer) => page.setInputFiles('[data-test="document-file"]', { name, mimeType, buffer });
  await choose('退换货政策.md', 'text/markdown', Buffer.from(POLICY));
  await page.waitForSelector('[data-test="documents"] [data-state="ready"]', { timeout: 30_000 });
  await page.waitForSelector('[data-test="passages"] li');
  assert.match(await page.textContent('[data-test="passages"]'), /退换货政策 › 退款/);
  await choose('warranty.pdf', 'application/pdf', pdf('The warranty covers the battery for eighteen months.'));
  await until(async () => (await page.locator('[data-test="documents"] [data-state="ready"]').count()) === 2, 60_000, 'the PDF is not ready');
  await choose('broken.pdf', 'application/pdf', Buffer.from('%PDF-1.4 broken'));
  await page.waitForSelector('.finding.bad', { timeout: 30_000 });
  await picture(page, 'library-documents');

  await page.click('[data-tab="try"]');
  await page.fill('[data-test="try-library"]', '退款几个工作日到账');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test="hits"] li');
  assert.match(await page.textContent('[data-test="hits"] li:first-child'), /三个工作日/);
  await picture(page, 'library-search-test');
  await page.click('[data-test="hits"] li:first-child button');
  await page.waitForSelector('[data-test="passages"] li');
  assert.match(await page.textContent('[data-test="passages"]'), /三个工作日/, 'a passage leads to its document');
  await page.click('[data-tab="try"]');

  // Words that mean the same are found like one another.
  const rank = async (question) => {
    await page.fill('[data-test="try-library"]', question);
    const answered = page.waitForResponse((response) => response.url().endsWith('/try'));
    await page.keyboard.press('Enter');
    const { hits } = await (await answered).json();
    return hits.find((hit) => (hit.passage?.text ?? '').includes('来回运费'))?.score ?? 0;
  };
  const before = await rank('配送费谁出');
  await page.click('[data-tab="synonyms"]');
  await page.fill('[data-test="synonyms"]', '运费，配送费');
  await page.click('[data-test="save-synonyms"]');
  await until(async () => /已保存/.test(await page.locator('[data-test="save-synonyms"]').innerText()), 5_000, 'the synonyms are not saved');
  await picture(page, 'library-synonyms');
  await page.click('[data-tab="try"]');
  const after = await rank('配送费谁出');
  assert.ok(after > before, `the passage on 运费 has ${before} before and ${after} with 配送费 as a synonym`);

  const flow = {
    format: 1, id: '', key: 'policy', name: { zh: '政策问答' }, languages: ['zh'],
    nodes: [
      { id: 'start', kind: 'start' },
      { id: 'answer', kind: 'answer', v: 2, config: { libraries: ['policies'], unsure: 'answer' } },
      { id: 'end', kind: 'end' },
    ],
    edges: [
      { from: 'start', port: 'next', to: 'answer' },
      { from: 'answer', port: 'answered', to: 'end' },
    ],
    layout: { start: [80, 120], answer: [400, 120], end: [720, 120] },
  };
  const imported = await call('/api/import', flow);
  await page.goto(`${product.url}/flows/${imported.flows[0].id}/edit`);
  await page.waitForSelector('[data-ready="canvas"]');
  await page.click('[data-test="mode-test"]');
  await page.fill('[data-test="chat-input"]', '退款几个工作日到账');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test="sources"]');
  assert.match(await page.textContent('[data-test="sources"]'), /退换货政策/);
  await picture(page, 'library-answer');
  assert.deepEqual(page.broken, []);
});

test('a sheet of questions asks for its columns and becomes articles', { timeout: 120_000 }, async () => {
  const page = await product.signedIn();
  await page.click('a[href="/library"]');
  await page.click('[data-test="new-library"]');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.insertText('售后常见问题');
  await page.keyboard.press('Enter');
  // An empty library says how to fill it.
  await page.click('[data-test="import-sheet"]');
  const choose = (name, buffer) => page.setInputFiles('[data-test="document-file"]', { name, mimeType: 'application/octet-stream', buffer });
  const roles = () => page.locator('[data-test="sheet"] select').evaluateAll((lists) => lists.map((list) => list.value));

  // GBK as Excel for Windows writes it, with a mark that says UTF-8: it asks at once, and knows what the columns are.
  await choose('常见问题.csv', Buffer.from(GBK_WITH_A_MARK, 'base64'));
  await page.waitForSelector('[data-test="sheet"]', { timeout: 30_000 });
  assert.deepEqual(await roles(), ['question', 'answer', 'variants']);
  assert.match(await page.textContent('[data-test="sheet"]'), /三天左右，偏远地区五天。/);
  assert.match(await page.innerText('dialog[open]'), /1 行会成为知识/);
  await page.click('[data-test="save-columns"]');
  await page.waitForSelector('[data-test="show-articles"]', { timeout: 30_000 });

  // A title over all columns stands above the names.
  const rows = [
    ['客服知识整理表（内部）'],
    ['序号', '客户问题', '标准答复', '相似问法'],
    ['1', '怎么开发票？', '在订单页点“开发票”。', '开票'],
    [],
    ['2', '可以货到付款吗？', ''],
  ];
  await choose('整理表.xlsx', workbook(rows, ['A1:D1']));
  await page.waitForSelector('[data-test="sheet"]', { timeout: 30_000 });
  assert.deepEqual(await roles(), ['', 'question', 'answer', 'variants']);
  assert.equal(await page.inputValue('[data-test="names-row"]'), '2');
  await picture(page, 'library-columns');
  await isAccessible(page, 'the columns of a sheet');
  await page.click('[data-test="save-columns"]');
  const finding = page.locator('.finding', { hasText: '没有导入' });
  await finding.waitFor({ timeout: 30_000 });
  assert.match(await finding.innerText(), /第 5 行/, 'rows are counted as the sheet counts them');
  await page.click('[data-test="show-articles"]');
  await page.waitForSelector('[data-test="save-article"]');
  assert.match(await page.innerText('[data-test="articles"] .on'), /怎么开发票/, 'the first article of the sheet is open');
  assert.equal(await page.locator('[data-test="articles"] li').count(), 1, 'only its articles are listed');
  await page.click('[data-test="all-articles"]');
  assert.equal(await page.locator('[data-test="articles"] li').count(), 2);

  // What was changed waits while another article is looked at.
  await page.fill('[data-test="question"]', '发票怎么开？');
  await page.click('[data-test="articles"] button:has-text("多久到货")');
  await page.waitForSelector('[data-test="articles"] .unsaved');
  await page.click('[data-test="articles"] button:has-text("未保存")');
  assert.equal(await page.inputValue('[data-test="question"]'), '发票怎么开？');
  await page.click('[data-test="save-article"]');
  await page.locator('[data-test="articles"] .unsaved').waitFor({ state: 'detached' });

  // What has no answer says what is missing, and can be asked again.
  await page.click('[data-tab="documents"]');
  await choose('名单.xlsx', workbook([['客户姓名'], ['张三']]));
  await page.waitForSelector('[data-test="sheet"]', { timeout: 30_000 });
  assert.ok(await page.locator('[data-test="save-columns"]').isDisabled());
  assert.match(await page.innerText('dialog[open]'), /还要选出哪一列是问题，哪一列是答案/);
  await page.keyboard.press('Escape');
  await page.click('[data-test="map-columns"]');
  await page.waitForSelector('[data-test="sheet"]');
  await page.keyboard.press('Escape');
  assert.deepEqual(page.broken, []);
});

test('what is typed into an article waits after another page, and after the tab was closed', { timeout: 60_000 }, async () => {
  const page = await product.signedIn();
  const call = caller(page);
  await call('/api/libraries', { key: 'kept', name: { zh: '留着' } });
  await call('/api/libraries/kept/articles', { question: '多久发货', answer: { zh: '48 小时' } });
  await page.goto(`${product.url}/library?library=kept`);

  // A new one, and a changed one; neither is saved.
  await page.click('[data-test="new-article"]');
  await page.fill('[data-test="question"]', '周末发货吗');
  await page.fill('[data-test="answer-zh"]', '周末照常发货。');
  await page.click('[data-test="articles"] button:has-text("多久发货")');
  await page.fill('[data-test="answer-zh"]', '24 小时内发货。');
  await page.click('a[href="/topics"]');
  await page.waitForURL(/topics/);
  await page.close();

  const back = await page.context().newPage();
  await back.goto(`${product.url}/library?library=kept`);
  await back.waitForSelector('[data-test="unsaved-new"]');
  await back.click('[data-test="articles"] button:has-text("多久发货")');
  await back.waitForSelector('[data-test="unsaved-notice"]');
  assert.equal(await back.inputValue('[data-test="answer-zh"]'), '24 小时内发货。');
  await picture(back, 'library-unsaved');
  await isAccessible(back, 'an article that waits');
  await back.click('[data-test="discard-article"]');
  await until(async () => (await back.inputValue('[data-test="answer-zh"]')) === '48 小时', 5_000, 'the saved answer does not come back');
  await back.click('[data-test="unsaved-new"]');
  assert.equal(await back.inputValue('[data-test="question"]'), '周末发货吗');
  await back.click('[data-test="save-article"]');
  await back.locator('[data-test="articles"] .unsaved').waitFor({ state: 'detached' });
  assert.equal(await back.locator('[data-test="articles"] li').count(), 2);
  assert.deepEqual(page.broken, []);
});

test('questions that come again are counted before anything is written, sheet by sheet', { timeout: 120_000 }, async () => {
  const page = await product.signedIn();
  const call = caller(page);
  await call('/api/libraries', { key: 'again', name: { zh: '再来一次' } });
  await call('/api/libraries/again/articles', { question: '多久发货', answer: { zh: '48 小时' } });
  await page.goto(`${product.url}/library?library=again`);
  await page.click('[data-tab="documents"]');
  const book = workbookOf({
    说明: { rows: [['客服知识导入说明']] },
    物流: { rows: [['问题', '答案'], ['多久发货？', '24 小时'], ['发什么快递', '顺丰']] },
    售后: { rows: [['答案', '问题'], ['七天内可以', '能退吗']] },
  });
  await page.setInputFiles('[data-test="document-file"]', { name: '知识.xlsx', mimeType: 'application/octet-stream', buffer: book });

  // The sheets whose columns have names are chosen, each read in its own way.
  await page.waitForSelector('[data-test="sheet-bar"]', { timeout: 30_000 });
  const wanted = () => page.locator('.sheet-tab').evaluateAll((tabs) => tabs.filter((tab) => tab.querySelector('input').checked).map((tab) => tab.dataset.sheet));
  assert.deepEqual(await wanted(), ['物流', '售后']);
  assert.match(await page.innerText('[data-test="rows-to-import"]'), /^3 行/);
  await page.click('[data-sheet="售后"] button');
  await page.locator('[data-test="sheet"]').getByText('七天内可以').waitFor();
  await picture(page, 'library-sheets');
  await isAccessible(page, 'the sheets of a workbook');
  await page.click('[data-test="save-columns"]');

  const repeats = page.locator('[data-test="repeats"]');
  await repeats.waitFor({ timeout: 30_000 });
  assert.match(await repeats.innerText(), /表格里有 3 个问题，其中 1 个知识库里已经有了/);
  assert.match(await page.innerText('[data-test="differing"]'), /48 小时\s+24 小时/);
  assert.equal((await call('/api/libraries/again/articles')).length, 1, 'nothing is written yet');
  await picture(page, 'library-repeats');
  await isAccessible(page, 'questions that come again');
  await page.click('[data-test="back-to-columns"]');
  assert.deepEqual(await wanted(), ['物流', '售后'], 'what was chosen is still chosen');
  await page.click('[data-test="save-columns"]');
  await repeats.waitFor();
  await page.click('[data-test="import-repeated"]');
  await page.waitForSelector('[data-test="show-articles"]', { timeout: 30_000 });
  const articles = await call('/api/libraries/again/articles');
  assert.deepEqual(articles.map((article) => [article.question, article.answer.zh]).sort(), [['发什么快递', '顺丰'], ['多久发货', '24 小时'], ['能退吗', '七天内可以']].sort());

  // The search test says what is in common in the words of the question.
  await page.click('[data-tab="try"]');
  await page.fill('[data-test="try-library"]', '请问多久发货呀');
  await page.keyboard.press('Enter');
  const first = page.locator('[data-test="shared"]').first();
  await first.waitFor();
  assert.match(await first.innerText(), /多久发货\s*\d+%/);
  await picture(page, 'library-in-common');
  assert.deepEqual(page.broken, []);
});

/** Calls the API as the person at the page. */
function caller(page) {
  return (path, body) => page.evaluate(async ([path, body]) => {
    const options = body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {};
    const answer = await fetch(path, options);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }, [path, body]);
}

/** The smallest PDF that says this. */
function pdf(words) {
  const content = `BT /F1 12 Tf 72 700 Td (${words}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const place of places) file += `${String(place).padStart(10, '0')} 00000 n \n`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF`;
  return Buffer.from(file, 'latin1');
}
