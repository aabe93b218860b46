// Starts the product as a newcomer does, with an empty data folder, and a browser to look at it.
//
// `HELIU_BINARY` is the built server, `HELIU_CHROMIUM` the browser; playwright-core is found by `NODE_PATH`.

import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

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

/** Waits until `check` answers with something true. */
export async function until(check, milliseconds, complaint) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await check();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(typeof complaint === 'function' ? complaint() : complaint);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
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
