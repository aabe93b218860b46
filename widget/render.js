// Draws the stream: every message as elements with textContent, never as markup.

import { clock, faceWords, t } from './i18n.js';

/** @typedef {import('./store.js').Message} Message */
/** @typedef {import('./store.js').Outgoing} Outgoing */

/**
 * @param {string} tag @param {string} [className] @param {string} [text] @param {Record<string,string>} [attributes]
 * @returns {any}
 */
export function el(tag, className = '', text = '', attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const shapes = {
  send: 'M22 2L11 13M22 2l-7 20-4-9-9-4z', close: 'M18 6L6 18M6 6l12 12', again: 'M3 12a9 9 0 1 0 3-6.7L3 8M3 3v5h5',
  bot: 'M12 8V4M8 4h8M5 8h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM9 13v1M15 13v1', check: 'M20 6L9 17l-5-5',
  picture: 'M4 4h16v16H4zM4 16l5-5 4 4 3-3 4 4M9 8.5h.01', file: 'M14 2H6v20h12V6zM14 2v4h4', link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
};

/** An icon that screen readers skip. @param {keyof typeof shapes} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'i');
  path.setAttribute('d', shapes[name]);
  svg.append(path);
  return svg;
}

/** The address, if it is one that cannot run anything. @param {string|undefined} address @param {string[]} schemes */
function safeAddress(address, schemes) {
  try {
    const url = new URL(String(address));
    return schemes.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** @param {string|undefined} address @param {string} words @param {'picture'|'file'|'link'|null} mark @param {string[]} [schemes] */
function link(address, words, mark, schemes = ['http:', 'https:']) {
  const href = safeAddress(address, schemes);
  if (!href) return el('span', 'dim', `${words} ${t('badLink')}`);
  const anchor = el('a', '', words, { href, target: '_blank', rel: 'noopener noreferrer nofollow' });
  if (mark) anchor.prepend(icon(mark));
  anchor.append(el('span', 'only-read', t('newWindow')));
  return anchor;
}

/** Plain text, with the web addresses in it as links. @param {string} text */
function plain(text) {
  const paragraph = el('p');
  let at = 0;
  for (const found of text.matchAll(/https?:\/\/[^\s<>"'，。；！？、）】》]+[^\s<>"'，。；！？、）】》.,;:!?)\]]/g)) {
    paragraph.append(text.slice(at, found.index), link(found[0], found[0], null));
    at = (found.index ?? 0) + found[0].length;
  }
  paragraph.append(text.slice(at));
  return paragraph;
}

/** Where an answer stands, one line each. @param {unknown} given */
function sources(given) {
  const list = el('ul', 'sources', '', { 'aria-label': t('sources') });
  for (const source of Array.isArray(given) ? given.slice(0, 5) : []) {
    const line = el('li');
    const title = String(source?.title ?? '');
    line.append(safeAddress(source?.url, ['http:', 'https:']) ? link(source.url, title, 'file') : el('b', '', title));
    // A document that is named like its own title says it once.
    const headings = String(source?.heading ?? '').split(' › ').filter((heading, at) => heading && (at > 0 || heading !== title));
    for (const heading of headings) line.append(` › ${heading}`);
    if (Number.isInteger(source?.page)) line.append(` ${t('page', { n: source.page })}`);
    list.append(line);
  }
  return list;
}

const mouths = ['M8 17c1-2.6 7-2.6 8 0', 'M8 16.5c1.5-1.2 6.5-1.2 8 0', 'M8 15.5h8', 'M8 15c1.5 1.6 6.5 1.6 8 0', 'M7.5 14c1 4 8 4 9 0z'];
/** A drawn face: emoji are missing on some devices. @param {number} index */
function face(index) {
  const svg = icon('check');
  svg.setAttribute('class', 'i smile');
  svg.firstElementChild?.setAttribute('d', `M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9 9.5h.01M15 9.5h.01${mouths[index]}`);
  return svg;
}

export class Renderer {
  /** @param {HTMLElement} log @param {import('./store.js').Store} store @param {{answer:(body:object, label:string)=>void, retry:(out:Outgoing)=>void, remove:(out:Outgoing)=>void}} on */
  constructor(log, store, on) {
    this.log = log;
    this.store = store;
    this.on = on;
    /** @type {Map<number, HTMLElement>} */
    this.drawn = new Map();
    /** @type {Map<string, HTMLElement>} */
    this.waiting = new Map();
  }

  clear() {
    this.log.replaceChildren();
    this.drawn.clear();
    this.waiting.clear();
  }

  /** Draws again from nothing, silently: another language, or a resumed conversation. */
  all() {
    this.log.setAttribute('aria-live', 'off');
    this.clear();
    this.update();
    requestAnimationFrame(() => this.log.setAttribute('aria-live', 'polite'));
  }

  /** Brings the stream up to what the store knows. */
  update() {
    const messages = [...this.store.messages.values()].sort((a, b) => a.seq - b.seq);
    const answers = messages.filter((message) => message.from === 'customer');
    const open = this.openQuestion(messages);
    let agent = '', before = null, notices = '';
    for (const message of messages) {
      const isNewAgent = message.from === 'agent' && !!message.name && message.name !== agent;
      if (isNewAgent) agent = message.name ?? '';
      const isAsked = ['choices', 'form', 'rating'].includes(message.content?.type);
      const answer = isAsked ? answers.find((other) => other.seq > message.seq) : undefined;
      const state = isAsked ? (message.seq === open ? 'open' : `closed:${answer?.seq ?? 0}`) : '';
      let element = this.drawn.get(message.seq);
      if (!element || (isAsked && element.dataset.state !== state)) {
        const isSaidAlready = notices.includes(message.name ?? '');
        const fresh = this.message(message, before, isNewAgent && !isSaidAlready, state === 'open', answer);
        fresh.dataset.state = state;
        fresh.dataset.seq = String(message.seq);
        if (element) {
          // Replacing is not news: the log announces additions, and the question was already read.
          this.log.setAttribute('aria-live', 'off');
          element.replaceWith(fresh);
          requestAnimationFrame(() => this.log.setAttribute('aria-live', 'polite'));
        } else {
          const next = [...this.drawn.keys()].filter((seq) => seq > message.seq).sort((a, b) => a - b)[0];
          this.log.insertBefore(fresh, next === undefined ? this.waiting.values().next().value ?? null : this.drawn.get(next) ?? null);
        }
        this.drawn.set(message.seq, fresh);
      }
      if (message.from === 'system') notices += `${message.content?.text ?? ''}\n`;
      before = message;
    }
    this.drawOutgoing();
  }

  /** The seq of the question that can be answered by a press: the last one, unless it has been answered or the talk is over. @param {Message[]} messages */
  openQuestion(messages) {
    if (this.store.status === 'ended' || this.store.outgoing.some((out) => out.state !== 'failed')) return -1;
    for (const message of [...messages].reverse()) {
      if (message.from === 'customer') return -1;
      if (['choices', 'form', 'rating'].includes(message.content?.type)) return message.seq;
    }
    return -1;
  }

  drawOutgoing() {
    for (const [id, element] of this.waiting) {
      if (this.store.outgoing.some((out) => out.id === id)) continue;
      element.remove();
      this.waiting.delete(id);
    }
    for (const out of this.store.outgoing) {
      const fresh = this.outgoing(out);
      const element = this.waiting.get(out.id);
      if (!element) this.log.append(fresh);
      else if (element.dataset.state !== fresh.dataset.state) element.replaceWith(fresh);
      else continue;
      this.waiting.set(out.id, fresh);
    }
  }

  /** @param {Outgoing} out */
  outgoing(out) {
    const element = el('article', `m me ${out.state}`);
    element.dataset.state = `${out.state}:${out.why ?? ''}`;
    element.append(plain(out.label));
    const words = out.state === 'failed' ? out.why || t('failed') : out.state === 'sending' ? t('sending') : out.why ? t(out.why) : t('waitingNet');
    const line = el('small', '', words);
    element.append(line);
    if (out.state === 'failed') {
      const again = el('button', 'inline', t('retry'), { type: 'button' });
      const drop = el('button', 'inline', t('remove'), { type: 'button' });
      again.onclick = () => this.on.retry(out);
      drop.onclick = () => this.on.remove(out);
      line.append(' ', again, ' ', drop);
    }
    return element;
  }

  /** @param {Message} message @param {Message|null} before @param {boolean} hasDivider @param {boolean} isOpen @param {Message|undefined} answer */
  message(message, before, hasDivider, isOpen, answer) {
    const content = message.content ?? {};
    const time = clock(message.at);
    if (content.type === 'notice' || (message.from === 'system' && content.type === 'text')) {
      const notice = el('div', 'group');
      notice.append(el('p', 'sys', content.text ?? ''));
      return notice;
    }
    const isMine = message.from === 'customer';
    const who = isMine ? t('you') : message.from === 'agent' ? message.name || t('agent') : message.from === 'bot' ? t('bot') : t('system');
    const group = el('div', 'group');
    if (hasDivider) group.append(el('p', 'divider', t('divider', { name: message.name ?? '' })));
    const isFollowing = !hasDivider && before && before.from === message.from && before.name === message.name;
    const article = el('article', `m ${isMine ? 'me' : message.from}`, '', { 'aria-label': t('said', { who, time }) });
    if (message.from === 'agent' && !isFollowing) article.append(el('strong', 'name', who, { 'aria-hidden': 'true' }));
    if (content.type === 'rating' && isOpen) article.classList.add('wide');
    this.fill(article, message, before, isOpen, answer);
    article.append(el('small', '', isMine ? `${time} · ${t('sent')}` : time, { 'aria-hidden': 'true' }));
    group.append(article);
    return group;
  }

  /** @param {HTMLElement} article @param {Message} message @param {Message|null} before @param {boolean} isOpen @param {Message|undefined} answer */
  fill(article, message, before, isOpen, answer) {
    const content = message.content ?? {};
    const text = String(content.text ?? '');
    switch (content.type) {
      case 'text': {
        const score = before?.content?.type === 'rating' && message.from === 'customer' && /^[1-5]$/.test(text) ? Number(text) : 0;
        if (score) {
          const line = el('p');
          line.append(face(score - 1), ` ${faceWords()[score - 1]}`);
          article.append(line);
        } else article.append(plain(text));
        break;
      }
      case 'filled': article.append(plain(text)); break;
      case 'picture': article.append(link(content.url, content.alt ? t('picture', { name: content.alt }) : t('pictureNoName'), 'picture')); break;
      case 'file': article.append(link(content.url, t('file', { name: content.name ?? '' }), 'file')); break;
      case 'answer': article.append(plain(text), sources(content.sources)); break;
      case 'link': article.append(link(content.url, content.title || String(content.url), 'link', ['http:', 'https:', 'mailto:', 'tel:'])); break;
      case 'choices': article.append(plain(text), this.choices(message, isOpen, answer)); break;
      case 'form': article.append(plain(text), isOpen ? this.form(message) : el('p', 'chosen', answer?.content?.type === 'filled' ? `✓ ${t('submitted')}` : '')); break;
      case 'rating': article.append(...(isOpen ? [this.rating(message)] : [plain(text), this.rated(answer)])); break;
      default: article.append(el('p', 'dim', text || t('unknown')));
    }
  }

  /** @param {Message} message @param {boolean} isOpen @param {Message|undefined} answer */
  choices(message, isOpen, answer) {
    const options = message.content.options ?? [];
    if (!isOpen) {
      const said = String(answer?.content?.text ?? '').trim().toLowerCase();
      const chosen = options.find((option) => option.id.toLowerCase() === said || option.label.trim().toLowerCase() === said);
      if (chosen) {
        const line = el('p', 'chosen', t('chosen', { label: chosen.label }));
        line.prepend(icon('check'));
        return line;
      }
      return el('p', 'chosen dim', t('optionsWere', { labels: options.map((option) => option.label).join(' / ') }));
    }
    const group = el('div', 'options', '', { role: 'group', 'aria-label': t('choices') });
    for (const option of options) {
      const button = el('button', 'option', option.label, { type: 'button' });
      button.onclick = () => this.on.answer({ choice: option.id }, option.label);
      group.append(button);
    }
    return group;
  }

  /** @param {Message} message */
  form(message) {
    const place = `form:${message.seq}`;
    const kept = /** @type {Record<string,string>} */ (this.store.draft(place) ?? {});
    const form = el('form', 'fields', '', { novalidate: '' });
    const types = { text: 'text', number: 'text', date: 'date', phone: 'tel', email: 'email' };
    const complete = { phone: 'tel', email: 'email' };
    for (const field of message.content.fields ?? []) {
      const id = `f${message.seq}-${field.id}`;
      const label = el('label', '', field.label + (field.required ? '' : t('optional')), { for: id });
      const input = el('input', '', '', { id, type: types[field.kind] ?? 'text', name: field.id, maxlength: '500', 'aria-describedby': `${id}-e` });
      if (field.kind === 'number') input.inputMode = 'decimal';
      if (complete[field.kind]) input.autocomplete = complete[field.kind];
      if (field.required) input.required = true;
      input.value = kept[field.id] ?? '';
      input.oninput = () => { kept[field.id] = input.value; this.store.draft(place, kept); };
      form.append(label, input, el('p', 'error', '', { id: `${id}-e`, role: 'alert' }));
    }
    form.append(el('button', 'primary', message.content.submit || t('submit'), { type: 'submit' }));
    form.onsubmit = (event) => {
      event.preventDefault();
      /** @type {Record<string, string|number>} */
      const values = {};
      const lines = [];
      let first = null;
      for (const field of message.content.fields ?? []) {
        const input = form.elements.namedItem(field.id);
        const error = fieldError(field, input.value.trim());
        form.querySelector(`#${CSS.escape(input.id)}-e`).textContent = error;
        input.setAttribute('aria-invalid', String(!!error));
        if (error) first ??= input;
        const value = input.value.trim();
        if (value) {
          values[field.id] = field.kind === 'number' ? Number(value) : value;
          lines.push(`${field.label}: ${value}`);
        }
      }
      if (first) return first.focus();
      this.store.draft(place, null);
      this.on.answer({ form: values }, lines.join('\n'));
    };
    return form;
  }

  /** @param {Message} message */
  rating(message) {
    const form = el('form', 'rate');
    const set = el('fieldset');
    set.append(el('legend', '', message.content.text ?? ''));
    const row = el('div', 'faces');
    faceWords().forEach((word, index) => {
      const label = el('label');
      const input = el('input', '', '', { type: 'radio', name: `r${message.seq}`, value: String(index + 1) });
      label.append(input, face(index), el('span', 'word', word));
      row.append(label);
    });
    const error = el('p', 'error', '', { role: 'alert' });
    set.append(row, error, el('button', 'primary', t('rate'), { type: 'submit' }));
    form.append(set);
    form.onsubmit = (event) => {
      event.preventDefault();
      const chosen = form.querySelector('input:checked');
      if (!chosen) { error.textContent = t('rateFirst'); return; }
      this.on.answer({ choice: chosen.value }, faceWords()[Number(chosen.value) - 1]);
    };
    return form;
  }

  /** @param {Message|undefined} answer */
  rated(answer) {
    const score = Number(answer?.content?.text);
    return el('p', 'chosen', score >= 1 && score <= 5 ? t('rated', { word: faceWords()[score - 1] }) : '');
  }
}

/** What is wrong with a field's value, in words; empty when nothing is. @param {{label:string, kind:string, required?:boolean}} field @param {string} value */
function fieldError(field, value) {
  const label = { label: field.label };
  if (!value) return field.required ? t('required', label) : '';
  if (field.kind === 'number' && !Number.isFinite(Number(value))) return t('badNumber', label);
  if (field.kind === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(value)) return t('badDate', label);
  if (field.kind === 'phone' && !/^\+?[\d\s()-]{5,20}$/.test(value)) return t('badPhone', label);
  if (field.kind === 'email' && !/^\S+@\S+\.\S+$/.test(value)) return t('badEmail', label);
  return '';
}
