// The customer's window: opens or resumes a conversation and puts store, transport, stream and composer together.

import { clock, currentLanguage, languageOf, setLanguage, t } from './i18n.js';
import { Store } from './store.js';
import { Live, openConversation, messagesAfter, Sender, Trouble, backoff } from './transport.js';
import { el, icon, Renderer } from './render.js';
import { Composer } from './composer.js';

const query = new URLSearchParams(location.search);
const channel = decodeURIComponent(location.pathname.split('/').filter(Boolean)[1] ?? 'web');
const isEmbedded = query.get('embed') === '1' && window.parent !== window;
/** The page that embeds us; messages go to it and come from it only. */
const host = isEmbedded ? originOf(query.get('origin')) : '';
let flow = query.get('flow') ?? '';
let store = new Store(channel, flow);
let theme = query.get('theme') ?? 'auto';
/** @type {{variables?:object, customer?:object}} */
let given = {};
let isShown = !isEmbedded, isOpening = false, unread = 0, openAttempt = 0, openTimer = 0;
/** @type {string[]} said by the page before the conversation was open */
let early = [];

const $ = (id) => /** @type {any} */ (document.getElementById(id));
const stream = $('stream'), log = $('log');

const renderer = new Renderer(log, store, { answer, retry: (out) => { out.state = 'queued'; out.why = ''; store.keep(out); sender.flush(); draw(); }, remove: (out) => { store.drop(out.id); draw(); } });
const composer = new Composer($('composer'), $('hint'), (text) => answer({ text }, text), (text) => store.draft('text', text));
let sender = makeSender(), live = makeLive();

// ---- the conversation -------------------------------------------------------------------------------------------

/** Resumes what this browser remembers, else opens a new conversation. */
async function begin() {
  if (isOpening) return;
  isOpening = true;
  clearTimeout(openTimer);
  busy(true);
  try {
    if (store.id) await resume();
    if (!store.id) await open();
    openAttempt = 0;
    notice('');
    reach(true);
    live.start();
    sender.flush();
    early.splice(0).forEach((text) => answer({ text }, text));
    composer.set(String(store.draft('text') ?? ''));
    if (isShown) composer.focus();
  } catch (error) {
    const trouble = error instanceof Trouble ? error : new Trouble(0, 'unknown', String(error));
    if (trouble.isPassing) {
      reach(false);
      openTimer = window.setTimeout(begin, Math.max(trouble.retryAfter * 1000, backoff(openAttempt++)));
    } else {
      notice(trouble.status === 404 ? t('errNoFlow') : `${t('errOpen')} ${trouble.title}`, t('reopen'), begin);
    }
    tell('error', { code: trouble.code, title: trouble.title });
  } finally {
    isOpening = false;
    busy(false);
    draw();
  }
}

async function resume() {
  try {
    const answer = await messagesAfter(store, 0);
    store.take(answer, true);
    store.seen = store.seq;
    renderer.all();
    draw();
    toEnd(false);
  } catch (error) {
    // Too old, cleared, or another server: begin anew rather than show a door that does not open.
    if (error instanceof Trouble && [401, 403, 404, 410].includes(error.status)) store.forget();
    else throw error;
  }
}

async function open() {
  /** @type {Record<string, unknown>} */
  const wishes = { language: currentLanguage(), ...given };
  if (flow) wishes.flow = flow;
  const opened = await openConversation(channel, wishes);
  store.begin(opened);
  take(opened, true);
}

/** A new conversation in this window; the old one is forgotten here. */
function again() {
  live.stop();
  sender.stop();
  store.forget();
  renderer.clear();
  sender = makeSender();
  live = makeLive();
  composer.set('');
  unread = 0;
  notice('');
  begin();
}

/** What the customer says, by typing, a button, a form or a rating. @param {object} body @param {string} label */
function answer(body, label) {
  if (!store.id) { early.push(label); return; }
  if (store.status === 'ended') return;
  store.queue(body, label);
  draw();
  toEnd(true);
  composer.focus();
  sender.flush();
}

/** @param {any} said @param {boolean} isComplete */
function take(said, isComplete) {
  const wasAtEnd = isAtEnd();
  const { fresh, gap } = store.take(said, isComplete);
  const theirs = fresh.filter((message) => message.from !== 'customer');
  if (theirs.length) { collectingUntil = 0; typing(false); }
  draw();
  for (const message of fresh) tell('message', { from: message.from, type: message.content?.type, text: message.content?.text, seq: message.seq });
  if (theirs.length && (document.hidden || !isShown)) {
    unread += theirs.length;
    tell('unread', { count: unread, last: theirs[theirs.length - 1].content?.text ?? '' });
    titleOf();
  }
  if (fresh.length) {
    if (wasAtEnd || fresh.some((message) => message.from === 'customer')) toEnd(true);
    else $('newest').hidden = false;
  }
  if (gap) catchUp();
}

let isCatchingUp = false;
async function catchUp() {
  if (isCatchingUp) return;
  isCatchingUp = true;
  try {
    take(await messagesAfter(store, store.seq), true);
  } catch { /* the live stream reconnects and asks again */ } finally {
    isCatchingUp = false;
  }
}

function makeSender() {
  return new Sender(store, {
    answer: (said) => { collecting(said.collecting_ms); take(said, false); },
    refused: (out, trouble) => {
      if (trouble.code === 'conversation-ended' || (trouble.status === 409 && trouble.code !== 'message-id-reused')) { store.status = 'ended'; out.why = t('errEnded'); }
      else if (trouble.status === 413) out.why = t('errBig');
      else if ([401, 403, 404, 410].includes(trouble.status)) lost();
      else out.why = t('errOther', { why: trouble.title || String(trouble.status) });
      store.keep(out);
      tell('error', { code: trouble.code, title: trouble.title });
      draw();
    },
    changed: () => { draw(); waiting(); },
    reach,
  });
}

function makeLive() {
  return new Live(store, {
    frame: (frame) => {
      if (frame.type === 'typing') typing(true, 30000);
      else if (frame.messages || frame.status) take(frame, frame.complete === true);
    },
    reach,
    lost: (trouble) => { if (trouble.status === 409) store.status = 'ended'; else lost(); draw(); },
  });
}

function lost() {
  live.stop();
  notice(t('errGone'), t('again'), again);
}

// ---- what is shown ----------------------------------------------------------------------------------------------

let lastStatus = '';
function draw() {
  renderer.update();
  const agent = [...store.messages.values()].filter((message) => message.from === 'agent' && message.name).sort((a, b) => b.seq - a.seq)[0]?.name;
  const line = !store.id ? t('opening') : store.status === 'with_agent' && agent ? t('with_agent_named', { name: agent }) : t(store.status);
  if ($('status').textContent !== line) $('status').textContent = line;
  document.documentElement.dataset.status = store.status;
  const isEnded = store.status === 'ended';
  $('ended').hidden = !isEnded;
  $('composer').hidden = isEnded;
  if (isEnded) $('hint').textContent = '';
  $('restart').hidden = !store.id;
  if (lastStatus && lastStatus !== store.status) {
    tell('status', { status: store.status });
    if (['queued', 'with_agent'].includes(store.status)) tell('handoff', { status: store.status, agent });
    if (isEnded) { live.stop(); if (isShown && $('chat').contains(document.activeElement)) $('ended').querySelector('button').focus({ preventScroll: true }); toEnd(true); }
  }
  lastStatus = store.id ? store.status : '';
}

function words() {
  document.title = t('title');
  $('title').textContent = t('title');
  /** @type {any} */ (document.querySelector('.skip')).textContent = t('skip');
  for (const [id, key] of [['close', 'close'], ['restart', 'restart'], ['language', 'languageLabel']]) {
    $(id).setAttribute('aria-label', t(key));
    $(id).title = t(key);
  }
  $('language').textContent = t('language');
  $('language').lang = currentLanguage() === 'zh' ? 'en' : 'zh-CN';
  $('newest').textContent = t('newest');
  $('typing').querySelector('span').textContent = t('typing');
  $('ended').querySelector('p').textContent = t('endedLine');
  $('ended').querySelector('button').textContent = t('again');
  log.setAttribute('aria-label', t('title'));
  composer.words();
  renderer.all();
  draw();
}

function chrome() {
  /** @type {any} */ (document.querySelector('.face')).append(icon('bot'));
  $('close').append(icon('close'));
  $('close').hidden = !host;
  $('restart').append(icon('again'));
  $('close').onclick = () => tell('close');
  $('restart').onclick = () => (store.status === 'ended' ? again() : notice(t('sureAgain'), t('again'), again, true));
  $('ended').querySelector('button').onclick = again;
  $('language').onclick = () => { setLanguage(currentLanguage() === 'zh' ? 'en' : 'zh'); words(); };
  $('newest').onclick = () => { toEnd(true); composer.focus(); };
  stream.addEventListener('scroll', () => { if (isAtEnd()) $('newest').hidden = true; }, { passive: true });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && host && !event.isComposing) tell('close'); });
  window.addEventListener('online', () => { live.wake(); sender.flush(); if (!store.id) begin(); });
  window.addEventListener('offline', () => reach(false));
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    seen();
    live.wake();
    sender.flush();
  });
}

/** `?theme=`: light, dark, or what the device says. */
function dress() {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

const isAtEnd = () => stream.scrollHeight - stream.scrollTop - stream.clientHeight < 60;

/** @param {boolean} isSmooth */
function toEnd(isSmooth) {
  $('newest').hidden = true;
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  requestAnimationFrame(() => stream.scrollTo({ top: stream.scrollHeight, behavior: isSmooth && !isCalm ? 'smooth' : 'instant' }));
}

function seen() {
  if (!isShown || document.hidden) return;
  unread = 0;
  store.seen = store.seq;
  tell('unread', { count: 0, last: '' });
  titleOf();
}

function titleOf() {
  document.title = unread ? `(${unread}) ${t('title')}` : t('title');
}

let typingTimer = 0;
/** The typing mark; an agent's ends by itself. @param {boolean} is @param {number} [forMs] */
function typing(is, forMs = 0) {
  clearTimeout(typingTimer);
  const stays = isAtEnd();
  $('typing').hidden = !is;
  if (is && stays) toEnd(true);
  if (is && forMs) typingTimer = window.setTimeout(() => typing(false), forMs);
}

let waitTimer = 0;
/** The flow is at work: shown when an answer takes longer than a moment. */
function waiting() {
  const isSending = store.outgoing.some((out) => out.state === 'sending') && store.status === 'waiting';
  clearTimeout(waitTimer);
  if (isSending) waitTimer = window.setTimeout(() => typing(true, 65000), 350);
  else if (Date.now() < collectingUntil) typing(true, collectingUntil - Date.now());
  else typing(false);
}

let collectingUntil = 0;
/** The flow waits for more short messages before it answers them together; the answer comes by the live stream. @param {number} [ms] */
function collecting(ms) {
  collectingUntil = ms === undefined ? 0 : Date.now() + ms + 10000;
}

/** @param {boolean} is */
function busy(is) {
  stream.setAttribute('aria-busy', String(is));
  if (is) typing(true); else typing(false);
}

let bannerTimer = 0, isReached = true;
/** Offline is said after three seconds: most breaks are shorter. @param {boolean} is */
function reach(is) {
  if (is === isReached) return;
  isReached = is;
  clearTimeout(bannerTimer);
  if (is) {
    if ($('banner').dataset.kind === 'offline') notice('');
    tell('online');
    sender.flush();
  } else {
    bannerTimer = window.setTimeout(() => { notice(t('offline')); $('banner').dataset.kind = 'offline'; tell('offline'); }, 3000);
  }
}

/** A line over the stream, perhaps with something to do about it. @param {string} text @param {string} [action] @param {()=>void} [does] @param {boolean} [canLeave] */
function notice(text, action, does, canLeave) {
  const banner = $('banner');
  delete banner.dataset.kind;
  banner.hidden = !text;
  banner.textContent = text;
  if (!action || !does) return;
  const button = el('button', 'inline', action, { type: 'button' });
  button.onclick = () => { notice(''); does(); };
  banner.append(' ', button);
  if (!canLeave) return;
  const leave = el('button', 'inline', t('keep'), { type: 'button' });
  leave.onclick = () => { notice(''); composer.focus(); };
  banner.append(' ', leave);
  button.focus();
}

// ---- the page around us -----------------------------------------------------------------------------------------

/** @param {string|null} text */
function originOf(text) {
  try { return new URL(String(text)).origin; } catch { return ''; }
}

/** @param {string} type @param {object} [detail] */
function tell(type, detail = {}) {
  if (host && host !== 'null') window.parent.postMessage({ heliu: 1, type, detail }, host);
}

/** Waits for the embedding page's first word, which brings variables and the customer; a silent page costs half a second. */
function hello() {
  let hasBegun = false;
  const start = () => { if (!hasBegun) { hasBegun = true; begin(); } };
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== host || event.data?.heliu !== 1) return;
    const { type, detail } = event.data;
    if (type === 'init') {
      given = { ...(detail?.variables && { variables: detail.variables }), ...(detail?.customer && { customer: detail.customer }) };
      isShown = !!detail?.open;
      start();
    } else if (type === 'opened') { isShown = true; seen(); toEnd(false); composer.focus(); }
    else if (type === 'closed') isShown = false;
    else if (type === 'send') answer({ text: String(detail).slice(0, 8000) }, String(detail).slice(0, 8000));
    else if (type === 'locale') { setLanguage(languageOf(String(detail))); words(); }
    else if (type === 'theme') { theme = String(detail); dress(); }
    else if (type === 'context') given.variables = { ...given.variables, ...detail };
    else if (type === 'identify') given.customer = detail;
    else if (type === 'start') { given.variables = { ...given.variables, ...detail?.variables }; if (typeof detail?.flow === 'string') flow = detail.flow; again(); }
    else if (type === 'reset') { given = {}; again(); }
  });
  tell('ready');
  setTimeout(start, 500);
}

window.addEventListener('pagehide', () => store.save());
// The clock of old messages changes from a time to a date at midnight.
let day = new Date().toDateString();
setInterval(() => { if (new Date().toDateString() !== day) { day = new Date().toDateString(); if (clock(new Date().toISOString())) renderer.all(); } }, 60000);

setLanguage(languageOf(query.get('lang')));
dress();
chrome();
words();
if (host) hello(); else begin();
