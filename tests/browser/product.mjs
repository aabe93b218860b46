// Starts the product as a newcomer does, with an empty data folder, and a browser to look at it.
//
// `HELIU_BINARY` is the built server, `HELIU_CHROMIUM` the browser; playwright-core is found by `NODE_PATH`.

import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setUpOwner } from './designer.mjs';
import { until } from './until.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/**
 * A product and a browser for the tests of a file: started before the first, stopped after the last.
 * `args` is called for the server's arguments when it starts.
 */
export function withProduct({ args = () => [] } = {}) {
  const product = {
    server: undefined,
    browser: undefined,
    get url() { return product.server.url; },
    /** A page of somebody who is not signed in. */
    open: (options) => openPage(product.browser, options),
    /** A page of the owner at the list of flows; the first one sets the product up. */
    async signedIn(options) {
      const page = await product.open(options);
      if (cookies) {
        await page.context().addCookies(cookies);
        await page.goto(`${product.url}/flows`);
      } else {
        await setUpOwner(page, product.server.setupLink);
        cookies = await page.context().cookies();
      }
      return page;
    },
  };
  let cookies;
  before(async () => {
    product.server = await startServer({ args: await args() });
    product.browser = await startBrowser();
  });
  after(async () => {
    await product.browser?.close();
    await product.server?.stop();
  });
  return product;
}

/** A running server: `url`, `setupLink`, and `stop()`. */
export async function startServer({ data, port, args = [] } = {}) {
  const folder = data ?? await mkdtemp(join(tmpdir(), 'heliu-'));
  const free = port ?? await freePort();
  const binary = process.env.HELIU_BINARY ?? 'target/debug/heliu';
  const server = spawn(binary, ['serve', '--listen', `127.0.0.1:${free}`, '--data', folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk) => { printed += chunk; };
  server.stdout.on('data', keep);
  server.stderr.on('data', keep);
  const gone = new Promise((resolve) => server.once('exit', resolve));
  const url = `http://127.0.0.1:${free}`;
  await until(async () => {
    if (server.exitCode !== null) throw new Error(`the server ended:\n${printed}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    return answer?.ok;
  }, 20_000, () => `the server is not ready:\n${printed}`);
  return {
    url,
    data: folder,
    port: free,
    get printed() { return printed; },
    get setupLink() { return /https?:\/\/\S+\/setup\?token=\S+/.exec(printed)?.[0]; },
    async kill() { server.kill('SIGKILL'); await gone; },
    async stop() {
      server.kill('SIGTERM');
      const impatience = setTimeout(() => server.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(impatience);
      if (!data) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A browser with a fresh profile. */
export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.HELIU_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** A page that fails the test when the page itself breaks. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', ...options });
  const page = await context.newPage();
  page.broken = [];
  page.on('pageerror', (error) => page.broken.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/status of (401|404|409|422)/.test(text)) page.broken.push(text);
  });
  return page;
}

/** Keeps a picture where `HELIU_PICTURES` names a folder. */
export async function picture(page, name) {
  const folder = process.env.HELIU_PICTURES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
