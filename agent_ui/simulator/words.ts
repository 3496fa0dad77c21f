// The words of the page, in both languages, and the choice between them.
import { ref } from 'vue'

export type Language = 'zh-CN' | 'en'
const KEY = 'huike.locale'

const zh = {
  title: '渠道模拟器',
  lead: '用真实平台的协议与汇客对话，无需任何账号',
  console: '坐席工作台',
  person: '正在扮演',
  newPerson: '新客户',
  language: 'English',
  offline: '连不上汇客，正在重试…',
  loading: '正在打开…',
  devices: '设备',
  wechat: '微信',
  sms: '短信',
  mail: '邮箱',
  channel: '渠道',
  noChannel: '没有指向模拟器的渠道',
  noChannelHint: '在工作台“渠道”中新建，接口地址填 {address}。',
  noMailHint: '用 --demo 启动时会自动建立。',
  follow: '关注公众号',
  followHint: '先关注，才能与公众号对话。',
  unfollow: '取消关注',
  quota: '公众号还可回复 {left} 条，{time} 前有效',
  quotaClosed: '公众号现在不能主动发消息：客户再说一句话即可',
  typing: '对方正在输入…',
  write: '输入消息',
  writeSms: '输入短信',
  send: '发送',
  picture: '发图片',
  location: '发位置',
  place: '杭州西湖 · 断桥',
  more: '更多',
  emptyWechat: '说点什么，例如“我的订单到哪了”。',
  emptySms: '发条短信试试，例如“查订单”；回复 TD 退订。',
  emptyMail: '邮箱是空的，写一封试试。',
  you: '我',
  aPicture: '图片',
  aLocation: '位置：{text}',
  'status.queued': '排队中',
  'status.sent': '已发出',
  'status.delivered': '已送达',
  'status.failed': '未送达',
  'status.undelivered': '未送达',
  compose: '写邮件',
  to: '收件人',
  subject: '主题',
  text: '正文',
  attach: '添加附件',
  remove: '移除 {name}',
  cancel: '取消',
  reply: '回复',
  noSubject: '（无主题）',
  sentTo: '发给 {address}',
  download: '下载 {name}',
  tooLarge: '文件不能超过 8 MB。',
  'fault.push': '汇客拒绝了这次推送（状态 {status}）。请到工作台“渠道”查看原因。',
  'fault.silent': '汇客没有在规定时间内回应这次推送。',
  'fault.other': '没有做成：{detail}（{status}）',
  'fault.offline': '连不上汇客，请稍后再试。',
  signIn: '登录',
  signInLead: '请用管理员或主管账号登录。演示账号在启动汇客的终端里。',
  needsRole: '这个账号不能使用模拟器：请用管理员或主管账号登录。',
  email: '邮箱地址',
  password: '密码',
  wrong: '邮箱或密码不对。',
}

const en: typeof zh = {
  title: 'Channel simulator',
  lead: "Talks to Huike in the real providers' protocols; no account needed",
  console: 'Agent console',
  person: 'Playing',
  newPerson: 'New person',
  language: '中文',
  offline: 'Huike cannot be reached, trying again…',
  loading: 'Opening…',
  devices: 'Devices',
  wechat: 'WeChat',
  sms: 'Messages',
  mail: 'Mailbox',
  channel: 'Channel',
  noChannel: 'No channel leads to the simulator',
  noChannelHint: 'Add one in the console under Channels, with the API address {address}.',
  noMailHint: 'A start with --demo makes one.',
  follow: 'Follow the account',
  followHint: 'Follow the account to write to it.',
  unfollow: 'Unfollow',
  quota: 'The account may send {left} more until {time}',
  quotaClosed: 'The account may not write now: one more word from the customer opens it',
  typing: 'Typing…',
  write: 'Message',
  writeSms: 'Text message',
  send: 'Send',
  picture: 'Send a picture',
  location: 'Send a location',
  place: 'Broken Bridge, West Lake, Hangzhou',
  more: 'More',
  emptyWechat: 'Say something, such as "Where is my order?"',
  emptySms: 'Send a text, such as "Where is my order?". STOP opts out.',
  emptyMail: 'The mailbox is empty: write a mail.',
  you: 'Me',
  aPicture: 'Picture',
  aLocation: 'Location: {text}',
  'status.queued': 'Queued',
  'status.sent': 'Sent',
  'status.delivered': 'Delivered',
  'status.failed': 'Not delivered',
  'status.undelivered': 'Not delivered',
  compose: 'Write a mail',
  to: 'To',
  subject: 'Subject',
  text: 'Text',
  attach: 'Attach a file',
  remove: 'Remove {name}',
  cancel: 'Cancel',
  reply: 'Reply',
  noSubject: '(no subject)',
  sentTo: 'to {address}',
  download: 'Download {name}',
  tooLarge: 'A file may have at most 8 MB.',
  'fault.push': 'Huike refused this push (status {status}). The console says why under Channels.',
  'fault.silent': 'Huike did not answer this push in time.',
  'fault.other': 'Not done: {detail} ({status})',
  'fault.offline': 'Huike cannot be reached. Try again in a moment.',
  signIn: 'Sign in',
  signInLead: 'Sign in as an administrator or supervisor. Demo accounts stand in the terminal where Huike was started.',
  needsRole: 'This account may not use the simulator: sign in as an administrator or supervisor.',
  email: 'E-mail',
  password: 'Password',
  wrong: 'The e-mail or the password is wrong.',
}

export type Word = keyof typeof zh

function preferred(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEY) ?? navigator.language
  return asked.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export const language = ref<Language>(preferred())

function label(): void {
  document.documentElement.lang = language.value
  document.title = `${t('title')} · Huike 汇客`
}

/** Return a text in the language of the moment, its blanks filled in. */
export function t(word: Word, blanks: Record<string, string | number> = {}): string {
  const text = (language.value === 'en' ? en : zh)[word]
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => String(blanks[name] ?? ''))
}

export function isWord(word: string): word is Word {
  return word in zh
}

export function switchLanguage(): void {
  language.value = language.value === 'en' ? 'zh-CN' : 'en'
  localStorage.setItem(KEY, language.value)
  label()
}

/** Return a time as people read it: the clock today, the day before. */
export function clock(at: string): string {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const day: Intl.DateTimeFormatOptions = isToday ? {} : { month: 'numeric', day: 'numeric' }
  return date.toLocaleString(language.value, { ...day, hour: '2-digit', minute: '2-digit', hour12: false })
}

label()
