// The loader a website embeds: a bubble, and the chat window in an iframe of its own origin.
// <script async src="https://HOST/widget.js" data-channel="web"></script>, or settings in window.heliuConfig.
(() => {
  const script = document.currentScript;
  const queued = (window.heliu && window.heliu.q) || [];
  if (window.heliu && window.heliu.state) return; // a second copy of the script does nothing
  const config = { channel: 'web', side: 'right', launcher: 'true', ...(script && script.dataset), ...window.heliuConfig };
  const base = new URL(config.host || (script && script.src) || location.href).origin;
  const zh = () => (config.lang || document.documentElement.lang || navigator.language).toLowerCase().startsWith('zh');
  const listeners = {};
  const state = { open: false, unread: 0, status: null };
  let frame, ready = false, waiting = [], lastFocus;

  const css = `:host{all:initial;position:fixed;z-index:2147483646;bottom:20px;${config.side === 'left' ? 'left' : 'right'}:20px}
button{all:unset;box-sizing:border-box;position:relative;width:56px;height:56px;border-radius:50%;background:${/^#[0-9a-f]{3,8}$/i.test(config.color) ? config.color : '#2f5bea'};cursor:pointer;display:grid;place-items:center;box-shadow:0 8px 24px rgba(23,32,51,.22)}
button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #172033}
svg{width:26px;height:26px;fill:none;stroke:#fff;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-4px;right:-4px;min-width:20px;height:20px;border-radius:10px;background:#c8243c;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
iframe{position:absolute;bottom:72px;${config.side === 'left' ? 'left' : 'right'}:0;width:400px;height:min(640px,calc(100dvh - 104px));border:0;border-radius:16px;background:#fff;box-shadow:0 10px 40px rgba(23,32,51,.24);color-scheme:normal}
[hidden]{display:none}@media(max-width:666px){iframe{position:fixed;inset:0;width:100%;height:100dvh;border-radius:0}}@media print{:host{display:none}}`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const holder = document.createElement('div');
  const root = holder.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  button.type = 'button';
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(path);
  const badge = document.createElement('b');
  button.append(svg, badge);
  button.onclick = () => heliu('toggle');
  button.hidden = String(config.launcher) === 'false';
  root.append(button);

  function draw() {
    path.setAttribute('d', state.open ? 'M6 9l6 6 6-6' : 'M21 15a2 2 0 0 1-2 2H8l-5 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z');
    badge.hidden = !state.unread || state.open;
    badge.textContent = state.unread > 9 ? '9+' : state.unread;
    button.setAttribute('aria-expanded', state.open);
    const words = zh() ? ['打开在线客服', '收起在线客服', '条未读'] : ['Open chat', 'Close chat', 'unread'];
    button.setAttribute('aria-label', words[+state.open] + (badge.hidden ? '' : `, ${state.unread} ${words[2]}`));
    if (frame) frame.hidden = !state.open;
  }
  const emit = (name, detail) => (listeners[name] || []).slice().forEach((listener) => listener(detail));
  const post = (type, detail) => frame.contentWindow.postMessage({ heliu: 1, type, detail }, base);
  function tell(type, detail) {
    if (!frame) make();
    ready ? post(type, detail) : waiting.push([type, detail]);
  }
  function make() {
    const query = new URLSearchParams({ embed: 1, origin: location.origin });
    for (const name of ['flow', 'lang', 'theme']) if (config[name]) query.set(name, config[name]);
    frame = document.createElement('iframe');
    frame.title = zh() ? '在线客服' : 'Chat';
    frame.src = `${base}/chat/${encodeURIComponent(config.channel)}?${query}`;
    frame.allow = 'clipboard-write';
    frame.hidden = true;
    root.insertBefore(frame, button);
  }
  function open(is) {
    if (is === state.open) return;
    if (is && !frame) make();
    if (is) { lastFocus = root.activeElement || document.activeElement; state.unread = 0; }
    state.open = is;
    draw();
    tell(is ? 'opened' : 'closed');
    if (!is && !button.hidden) button.focus();
    else if (!is && lastFocus && lastFocus.focus) lastFocus.focus();
    emit(is ? 'open' : 'close');
  }
  window.addEventListener('message', (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base || !event.data || event.data.heliu !== 1) return;
    const { type, detail } = event.data;
    if (type === 'ready') {
      ready = true;
      post('init', { variables: config.context, customer: config.user, open: state.open });
      waiting.splice(0).forEach((call) => post(...call));
    } else if (type === 'close') open(false);
    else if (type === 'unread') { state.unread = state.open ? 0 : detail.count; draw(); }
    else if (type === 'status') state.status = detail.status;
    emit(type, detail);
  });

  const calls = {
    open: () => open(true), close: () => open(false), toggle: () => open(!state.open),
    show: () => { button.hidden = false; }, hide: () => { button.hidden = true; },
    send: (text) => { open(true); tell('send', String(text)); },
    start: (detail) => { open(true); tell('start', detail); },
    context: (values) => { config.context = { ...config.context, ...values }; if (ready) tell('context', values); },
    identify: (user) => { config.user = user; if (ready) tell('identify', user); },
    locale: (lang) => { config.lang = lang; draw(); if (frame) tell('locale', lang); },
    theme: (theme) => { config.theme = theme; if (frame) tell('theme', theme); },
    reset: () => tell('reset'),
    on: (name, listener) => {
      (listeners[name] ||= []).push(listener);
      return () => { listeners[name] = listeners[name].filter((other) => other !== listener); };
    },
    state: () => ({ ...state }),
  };
  function heliu(name, ...rest) {
    if (calls[name]) return calls[name](...rest);
    console.warn(`heliu: no call is named "${name}"; there are ${Object.keys(calls).join(', ')}`);
  }
  heliu.state = calls.state;
  window.heliu = heliu;
  const start = () => { document.body.append(holder); draw(); queued.forEach((call) => heliu(...call)); };
  document.body ? start() : addEventListener('DOMContentLoaded', start);
})();
