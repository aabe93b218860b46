// The way to the server: requests, the retry queue, and the live stream (WebSocket, then SSE, then polling).

import { currentLanguage } from './i18n.js';

/** A refusal or failure in words. `status` 0 means the network. */
export class Trouble extends Error {
  /** @param {number} status @param {string} code @param {string} title @param {number} [retryAfter] seconds */
  constructor(status, code, title, retryAfter = 0) {
    super(title || code);
    this.status = status;
    this.code = code;
    this.title = title;
    this.retryAfter = retryAfter;
  }

  /** May the same request succeed later? */
  get isPassing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Half a second, doubled each time, at most 30 s, with jitter so that many windows do not come back at once. @param {number} attempt */
export const backoff = (attempt) => Math.min(30000, 500 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);

/**
 * @param {string} path @param {{method?:string, token?:string|null, body?:object, timeout?:number, accept?:string, signal?:AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
async function fetchAnswer(path, { method = 'GET', token, body, timeout = 65000, accept = 'application/json', signal } = {}) {
  const stop = new AbortController();
  const timer = timeout ? setTimeout(() => stop.abort(), timeout) : 0;
  signal?.addEventListener('abort', () => stop.abort());
  /** @type {Record<string,string>} */
  const headers = { Accept: accept, 'Accept-Language': currentLanguage() };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: stop.signal, credentials: 'omit', cache: 'no-store' });
  } catch (error) {
    throw new Trouble(0, 'no-network', String(error));
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Trouble(response.status, String(problem.code ?? ''), String(problem.title ?? ''), Number(response.headers.get('Retry-After')) || 0);
}

/** @param {Parameters<typeof fetchAnswer>[0]} path @param {Parameters<typeof fetchAnswer>[1]} [options] */
async function askJson(path, options) {
  const response = await fetchAnswer(path, options);
  try {
    return await response.json();
  } catch (error) {
    throw new Trouble(0, 'bad-answer', String(error));
  }
}

const messagesPath = (id) => `/api/chat/conversations/${encodeURIComponent(id)}/messages`;

/** @param {string} channel @param {object} wishes */
export const openConversation = (channel, wishes) => askJson(`/api/chat/${encodeURIComponent(channel)}/conversations`, { method: 'POST', body: wishes });

/** Everything after `seq`; with `wait`, held back so many seconds until there is something. @param {import('./store.js').Store} store @param {number} seq @param {number} [wait] */
export const messagesAfter = (store, seq, wait = 0) => askJson(`${messagesPath(store.id)}?after=${seq}${wait ? `&wait=${wait}` : ''}`, { token: store.token, timeout: 20000 + wait * 1000 });

/**
 * Sends what is queued, one after another in order, again and again until it is accepted or refused for good.
 */
export class Sender {
  /** @param {import('./store.js').Store} store @param {{answer:(answer:object)=>void, refused:(out:import('./store.js').Outgoing, trouble:Trouble)=>void, changed:()=>void, reach:(isReached:boolean)=>void}} on */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.attempt = 0;
    this.isBusy = false;
    this.timer = 0;
  }

  /** Sends now what waits. */
  async flush() {
    clearTimeout(this.timer);
    if (this.isBusy || !this.store.id) return;
    this.isBusy = true;
    let wait = 0;
    for (;;) {
      const out = this.store.outgoing.find((other) => other.state === 'queued');
      if (!out) break;
      out.state = 'sending';
      this.on.changed();
      const conversation = this.store.id;
      try {
        const answer = await askJson(messagesPath(conversation), { method: 'POST', token: this.store.token, body: { id: out.id, ...out.body } });
        if (this.store.id !== conversation) break;
        this.attempt = 0;
        this.store.drop(out.id);
        this.on.reach(true);
        this.on.answer(answer);
      } catch (error) {
        if (this.store.id !== conversation) break;
        const trouble = error instanceof Trouble ? error : new Trouble(0, 'unknown', String(error));
        if (trouble.isPassing) {
          out.state = 'queued';
          out.why = trouble.status === 0 ? '' : trouble.status === 429 ? 'errMany' : 'errServer';
          wait = Math.max(trouble.retryAfter * 1000, backoff(this.attempt++));
          if (trouble.status === 0) this.on.reach(false);
          this.on.changed();
          break;
        }
        out.state = 'failed';
        this.store.keep(out);
        this.on.refused(out, trouble);
      }
    }
    this.isBusy = false;
    this.on.changed();
    if (wait) this.timer = window.setTimeout(() => this.flush(), wait);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

/**
 * What comes later: an agent's words, timers. It resumes after the last sequence number it has.
 */
export class Live {
  /** @param {import('./store.js').Store} store @param {{frame:(frame:object)=>void, reach:(isReached:boolean)=>void, lost:(trouble:Trouble)=>void}} on */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.attempt = 0;
    /** @type {'socket'|'events'|'poll'} */
    this.way = 'socket';
    this.failures = 0;
    this.hasPolled = false;
    this.isStopped = true;
    this.isUp = false;
    this.close = () => {};
    this.timer = 0;
  }

  start() {
    this.isStopped = false;
    this.connect();
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.close();
  }

  /** Try again at once: the network is back, or the page is looked at again. */
  wake() {
    if (this.isStopped) return;
    if (this.isUp) {
      // A phone that slept may hold a dead connection that looks alive: ask, too.
      messagesAfter(this.store, this.store.seq).then((answer) => this.on.frame({ ...answer, complete: true }), () => this.again());
      return;
    }
    this.attempt = 0;
    this.again();
  }

  again() {
    clearTimeout(this.timer);
    this.close();
    this.connect();
  }

  connect() {
    if (this.isStopped || !this.store.id) return;
    clearTimeout(this.timer);
    this.isUp = false;
    if (this.way === 'socket' && 'WebSocket' in window) this.socket();
    else if (this.way === 'events' && 'ReadableStream' in window) this.events();
    else this.poll();
  }

  up() {
    this.isUp = true;
    this.attempt = 0;
    this.failures = 0;
    this.on.reach(true);
  }

  /** @param {boolean} hadBeenUp @param {number} [wait] when the server says to come back, in ms */
  down(hadBeenUp, wait) {
    this.isUp = false;
    if (this.isStopped) return;
    this.on.reach(false);
    if (!hadBeenUp && this.way !== 'poll') this.doubt();
    this.timer = window.setTimeout(() => this.connect(), wait ?? backoff(this.attempt++));
  }

  /** A way that fails twice while plain requests get through is closed by something in between: take the next one. */
  doubt() {
    messagesAfter(this.store, this.store.seq).then((answer) => {
      if (this.isStopped || this.isUp) return;
      this.on.reach(true);
      this.on.frame({ ...answer, complete: true });
      if (++this.failures < 2) return;
      this.failures = 0;
      this.way = this.way === 'socket' ? 'events' : 'poll';
    }, () => {});
  }

  socket() {
    const address = new URL(`${messagesPath(this.store.id)}?after=${this.store.seq}`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    let wasUp = false, isOver = false, beat = 0, patience = window.setTimeout(() => over(), 10000);
    const over = (event) => {
      if (isOver) return;
      // The server knows neither this conversation nor its token: trying again would not help.
      if (event?.code === 4401 || event?.code === 4404) return this.refuse(new Trouble(404, 'conversation-unknown', ''));
      isOver = true;
      clearInterval(beat);
      clearTimeout(patience);
      socket.close();
      // A server that restarts gives each window a moment of its own, so that not all come at once.
      const told = event?.code === 1012 && /reconnect-ms=(\d{1,5})/.exec(event.reason);
      this.down(wasUp, told ? 250 + Number(told[1]) : undefined);
    };
    this.close = () => { isOver = true; clearInterval(beat); clearTimeout(patience); socket.close(); };
    socket.onopen = () => {
      // The token goes in the first frame: addresses end up in logs.
      socket.send(JSON.stringify({ token: this.store.token, after: this.store.seq }));
      clearTimeout(patience);
      beat = window.setInterval(() => socket.send('{"type":"ping"}'), 25000);
      patience = window.setTimeout(() => { if (!isOver) { wasUp = true; this.up(); } }, 400);
    };
    socket.onmessage = (event) => {
      if (isOver) return;
      if (!wasUp) { wasUp = true; clearTimeout(patience); this.up(); }
      try { this.on.frame(JSON.parse(event.data)); } catch { /* a frame that is not ours */ }
    };
    socket.onclose = (event) => over(event);
  }

  async events() {
    const stop = new AbortController();
    let wasUp = false;
    this.close = () => stop.abort();
    try {
      const response = await fetchAnswer(`${messagesPath(this.store.id)}?after=${this.store.seq}`, { token: this.store.token, accept: 'text/event-stream', timeout: 0, signal: stop.signal });
      if (!(response.headers.get('Content-Type') ?? '').includes('event-stream') || !response.body) throw new Trouble(0, 'no-stream', '');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      wasUp = true;
      this.up();
      let rest = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const parts = (rest + value).split(/\r?\n\r?\n/);
        rest = parts.pop() ?? '';
        for (const part of parts) {
          const data = part.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
          if (data) try { this.on.frame(JSON.parse(data)); } catch { /* a comment or heartbeat */ }
        }
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof Trouble && !error.isPassing) return this.refuse(error);
    }
    if (!stop.signal.aborted) this.down(wasUp);
  }

  async poll() {
    let isOver = false;
    this.close = () => { isOver = true; };
    try {
      // The first answer comes at once: it says that the server is there.
      const answer = await messagesAfter(this.store, this.store.seq, this.hasPolled ? 25 : 0);
      if (isOver) return;
      this.hasPolled = true;
      this.up();
      this.on.frame({ ...answer, complete: true });
      this.timer = window.setTimeout(() => this.connect(), document.hidden ? 5000 : 300);
    } catch (error) {
      if (isOver) return;
      this.hasPolled = false;
      if (error instanceof Trouble && !error.isPassing) return this.refuse(error);
      this.down(true);
    }
  }

  /** @param {Trouble} trouble */
  refuse(trouble) {
    this.stop();
    this.on.lost(trouble);
  }
}
