// The window's own words in Chinese and English; what a flow says comes from the flow.

/** @typedef {'zh'|'en'} Lang */

const words = {
  zh: {
    title: '在线客服', skip: '跳到输入框', close: '关闭', restart: '重新开始对话', language: 'English', languageLabel: 'Switch to English',
    write: '输入消息…', writeLabel: '输入消息，按 Enter 发送，Shift+Enter 换行', send: '发送', newest: '有新消息 ↓', typing: '对方正在输入',
    opening: '正在连接…', waiting: '智能助手为您服务', queued: '正在为您转接人工客服，请稍候…', with_agent: '人工客服为您服务', with_agent_named: '{name} 正在为您服务',
    ended: '本次对话已结束', endedLine: '本次对话已结束，感谢您的咨询。', again: '重新开始', sureAgain: '重新开始后，这里的对话记录不再显示。', keep: '继续当前对话',
    offline: '网络连接不上，正在重试。您发的消息会在恢复后自动送出。', divider: '{name} 为您服务',
    sending: '发送中…', waitingNet: '等待网络', sent: '已送达', failed: '没有发出', retry: '重新发送', remove: '删除',
    tooLong: '消息最多 8,000 个字，现在有 {n} 个字。请缩短或分几次发送。', nearLong: '还可以输入 {n} 个字', empty: '请先输入内容。',
    you: '您', bot: '智能助手', agent: '客服', system: '系统', said: '{who}，{time}',
    chosen: '已选择：{label}', optionsWere: '选项：{labels}', choices: '请选择',
    submit: '提交', submitted: '已提交', required: '请填写“{label}”。', badNumber: '“{label}”要填数字。', badDate: '“{label}”要填日期。', badPhone: '“{label}”要填电话号码。', badEmail: '“{label}”要填邮箱地址，例如 name@example.com。', optional: '（选填）',
    sources: '出处', page: '第 {n} 页',
    picture: '查看图片：{name}', pictureNoName: '查看图片', file: '下载文件：{name}', newWindow: '（在新窗口打开）', badLink: '（链接地址不安全，未显示）',
    rate: '提交评价', rateFirst: '请先选择一个评价。', rated: '您的评价：{word}', faces: ['非常不满意', '不满意', '一般', '满意', '非常满意'],
    reopen: '重试', unknown: '（此消息无法显示）',
    errOpen: '暂时无法开始对话。', errGone: '这次对话在本机已失效，请重新开始。', errEnded: '对话已结束，这条消息没有发出。', errBig: '消息太长，没有发出。', errMany: '发送得太快，请稍等片刻。', errServer: '服务暂时有问题，稍后会自动重试。', errOther: '这条消息没有发出：{why}', errNoFlow: '没有找到这个客服入口，请检查链接地址。',
  },
  en: {
    title: 'Customer service', skip: 'Skip to the message box', close: 'Close', restart: 'Start the conversation again', language: '中文', languageLabel: '切换到中文',
    write: 'Write a message…', writeLabel: 'Write a message; Enter sends, Shift+Enter makes a new line', send: 'Send', newest: 'New messages ↓', typing: 'Typing',
    opening: 'Connecting…', waiting: 'The assistant is here to help', queued: 'Finding someone for you, please wait…', with_agent: 'You are talking to an agent', with_agent_named: 'You are talking to {name}',
    ended: 'This conversation has ended', endedLine: 'This conversation has ended. Thank you for contacting us.', again: 'Start again', sureAgain: 'Starting again hides this conversation here.', keep: 'Keep talking',
    offline: 'There is no connection; trying again. What you write is sent when it is back.', divider: 'You are now talking to {name}',
    sending: 'Sending…', waitingNet: 'Waiting for network', sent: 'Delivered', failed: 'Not sent', retry: 'Send again', remove: 'Remove',
    tooLong: 'A message can have 8,000 characters; this one has {n}. Please shorten it or send it in parts.', nearLong: '{n} characters left', empty: 'Write something first.',
    you: 'You', bot: 'Assistant', agent: 'Agent', system: 'System', said: '{who}, {time}',
    chosen: 'Chosen: {label}', optionsWere: 'Options: {labels}', choices: 'Please choose',
    submit: 'Send', submitted: 'Sent', required: 'Please fill in “{label}”.', badNumber: '“{label}” must be a number.', badDate: '“{label}” must be a date.', badPhone: '“{label}” must be a telephone number.', badEmail: '“{label}” must be an e-mail address, such as name@example.com.', optional: ' (optional)',
    sources: 'Sources', page: 'p. {n}',
    picture: 'View picture: {name}', pictureNoName: 'View picture', file: 'Download file: {name}', newWindow: ' (opens in a new window)', badLink: '(an unsafe link is not shown)',
    rate: 'Send rating', rateFirst: 'Choose a rating first.', rated: 'Your rating: {word}', faces: ['Very bad', 'Bad', 'So-so', 'Good', 'Very good'],
    reopen: 'Try again', unknown: '(this message cannot be shown)',
    errOpen: 'The conversation could not be started.', errGone: 'This conversation is no longer available in this browser. Please start again.', errEnded: 'The conversation has ended; this message was not sent.', errBig: 'The message is too long and was not sent.', errMany: 'That was a little fast; please wait a moment.', errServer: 'The service has a problem; trying again shortly.', errOther: 'This message was not sent: {why}', errNoFlow: 'There is no customer service at this address. Please check the link.',
  },
};

/** @type {Lang} */
let language = 'zh';

/** @param {string|null|undefined} wanted @returns {Lang} */
export function languageOf(wanted) {
  const tag = (!wanted || wanted === 'auto' ? navigator.language : wanted) || 'zh';
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** @param {Lang} next */
export function setLanguage(next) {
  language = next;
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dir = 'ltr';
}

export const currentLanguage = () => language;

/** The words for `key`, with `{name}` filled in. @param {string} key @param {Record<string,string|number>} [values] @returns {string} */
export function t(key, values = {}) {
  return String(words[language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** The five words of a rating, worst first. @returns {string[]} */
export const faceWords = () => words[language].faces;

/** @param {string} at RFC 3339 @returns {string} */
export function clock(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const today = new Date().toDateString() === date.toDateString();
  const style = today ? { hour: '2-digit', minute: '2-digit' } : { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' };
  return date.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', /** @type {Intl.DateTimeFormatOptions} */ (style));
}
