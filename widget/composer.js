// The box the customer writes in: Enter sends, except while a word is being composed; the limit is explained.

import { t } from './i18n.js';
import { icon } from './render.js';

export const LIMIT = 8000;
const NEAR = 500;

export class Composer {
  /** @param {HTMLFormElement} form @param {HTMLElement} hint @param {(text:string)=>void} send @param {(text:string)=>void} draft */
  constructor(form, hint, send, draft) {
    this.form = form;
    this.hint = hint;
    this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector('textarea'));
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
    this.label = /** @type {HTMLLabelElement} */ (form.querySelector('label'));
    this.button.append(icon('send'));
    this.send = send;
    this.draft = draft;
    form.addEventListener('submit', (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener('keydown', (event) => {
      // keyCode 229 is the only mark some input methods leave on the Enter that ends a composition.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener('input', () => { this.fit(); this.draft(this.field.value); });
  }

  words() {
    this.label.textContent = t('writeLabel');
    this.field.placeholder = t('write');
    this.button.setAttribute('aria-label', t('send'));
    this.fit();
  }

  /** @param {string} text */
  set(text) {
    this.field.value = text;
    this.fit();
  }

  submit() {
    const text = this.field.value.trim();
    if (!text) { this.field.value = ''; this.fit(); this.hint.textContent = ''; return; }
    if (count(text) > LIMIT) { this.fit(); this.field.focus(); return; }
    this.field.value = '';
    this.fit();
    this.draft('');
    this.send(text);
    this.field.focus();
  }

  /** Grows with the text and says how much is left when it gets tight. */
  fit() {
    const length = count(this.field.value.trim());
    this.hint.textContent = length > LIMIT ? t('tooLong', { n: length.toLocaleString('en') }) : length > LIMIT - NEAR ? t('nearLong', { n: LIMIT - length }) : '';
    this.hint.classList.toggle('bad', length > LIMIT);
    this.field.setAttribute('aria-invalid', String(length > LIMIT));
    this.button.disabled = length === 0 || length > LIMIT;
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 132)}px`;
  }

  focus() {
    // On a touch screen the keyboard would cover the conversation.
    if (!matchMedia('(pointer: coarse)').matches) this.field.focus({ preventScroll: true });
  }
}

/** Characters as people and the server count them, not UTF-16 units. @param {string} text */
function count(text) {
  return text.length <= LIMIT - NEAR ? text.length : [...text].length;
}
