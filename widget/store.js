// What this browser remembers of a conversation: its id and token, messages by seq, and what is not yet sent.

/**
 * @typedef {{type:string, text?:string, url?:string, alt?:string, name?:string, title?:string, options?:{id:string,label:string}[], fields?:{id:string,label:string,kind:string,required?:boolean}[], submit?:string, values?:object}} Content
 * @typedef {{seq:number, at:string, from:'customer'|'bot'|'agent'|'system', name?:string, content:Content, client_id?:string}} Message
 * @typedef {{id:string, conversation:string, body:object, label:string, at:string, state:'queued'|'sending'|'failed', why?:string}} Outgoing
 * @typedef {'waiting'|'queued'|'with_agent'|'ended'} Status
 */

/** localStorage may be closed to us (private windows, blocked cookies); then the memory of the page must do. */
const memory = new Map();
const storage = {
  get(key) { try { return localStorage.getItem(key) ?? memory.get(key) ?? null; } catch { return memory.get(key) ?? null; } },
  set(key, value) { memory.set(key, value); try { localStorage.setItem(key, value); } catch { /* the page's memory has it */ } },
  remove(key) { memory.delete(key); try { localStorage.removeItem(key); } catch { /* nothing to remove */ } },
  keys() { try { return [...new Set([...Object.keys(localStorage), ...memory.keys()])]; } catch { return [...memory.keys()]; } },
};

const parsed = (text) => { try { return text ? JSON.parse(text) : null; } catch { return null; } };

export class Store {
  /** @type {string|null} */ id = null;
  /** @type {string|null} */ token = null;
  /** Everything up to here has arrived. */ seq = 0;
  /** Everything up to here was on the screen before. */ seen = 0;
  /** @type {Map<number, Message>} */ messages = new Map();
  /** @type {Outgoing[]} */ outgoing = [];
  /** @type {Status} */ status = 'waiting';

  /** @param {string} channel @param {string} flow */
  constructor(channel, flow) {
    this.place = `heliu:${channel}:${flow}`;
    const saved = parsed(storage.get(this.place));
    if (saved && typeof saved.id === 'string' && typeof saved.token === 'string') {
      this.id = saved.id;
      this.token = saved.token;
      this.seen = Number(saved.seq) || 0;
      for (const key of storage.keys()) {
        if (!key.startsWith(`${this.place}:out:`)) continue;
        const out = parsed(storage.get(key));
        if (out && out.conversation === this.id) this.outgoing.push({ ...out, state: out.state === 'failed' ? 'failed' : 'queued' });
        else storage.remove(key);
      }
      this.outgoing.sort((a, b) => (a.at < b.at ? -1 : 1));
    }
  }

  /** Forget the conversation, on this device too. */
  forget() {
    for (const key of storage.keys()) if (key === this.place || key.startsWith(`${this.place}:`)) storage.remove(key);
    this.id = null;
    this.token = null;
    this.seq = 0;
    this.seen = 0;
    this.messages = new Map();
    this.outgoing = [];
    this.status = 'waiting';
  }

  /** @param {{id:string, token:string}} opened */
  begin(opened) {
    this.id = opened.id;
    this.token = opened.token;
    this.save();
  }

  save() {
    if (this.id) storage.set(this.place, JSON.stringify({ id: this.id, token: this.token, seq: Math.max(this.seq, this.seen) }));
  }

  /**
   * Take in an answer of the server. Returns the messages that are new here, and whether some in between are missing.
   * @param {{messages?:Message[], seq?:number, status?:Status}} answer @param {boolean} complete the answer holds everything after `this.seq`
   * @returns {{fresh:Message[], gap:boolean}}
   */
  take(answer, complete) {
    const fresh = [];
    for (const message of answer.messages ?? []) {
      if (typeof message?.seq !== 'number' || this.messages.has(message.seq)) continue;
      this.messages.set(message.seq, message);
      fresh.push(message);
      if (message.client_id) this.drop(message.client_id);
    }
    while (this.messages.has(this.seq + 1)) this.seq += 1;
    const newest = Math.max(answer.seq ?? 0, 0, ...fresh.map((message) => message.seq));
    const gap = !complete && newest > this.seq;
    if (complete) this.seq = Math.max(this.seq, newest);
    if (answer.status) this.status = answer.status;
    this.save();
    return { fresh: fresh.sort((a, b) => a.seq - b.seq), gap };
  }

  /** @param {object} body @param {string} label @returns {Outgoing} */
  queue(body, label) {
    /** @type {Outgoing} */
    const out = { id: newId(), conversation: this.id ?? '', body, label, at: new Date().toISOString(), state: 'queued' };
    this.outgoing.push(out);
    this.keep(out);
    return out;
  }

  /** @param {Outgoing} out */
  keep(out) { storage.set(`${this.place}:out:${out.id}`, JSON.stringify(out)); }

  /** @param {string} id */
  drop(id) {
    this.outgoing = this.outgoing.filter((out) => out.id !== id);
    storage.remove(`${this.place}:out:${id}`);
  }

  /** What was typed into a form or the composer and not sent. @param {string} name @param {unknown} [value] */
  draft(name, value) {
    const key = `${this.place}:draft:${this.id}:${name}`;
    if (value === undefined) return parsed(storage.get(key));
    if (value === null || value === '') storage.remove(key);
    else storage.set(key, JSON.stringify(value));
    return value;
  }
}

/** A uuid; `crypto.randomUUID` is missing on plain http. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
