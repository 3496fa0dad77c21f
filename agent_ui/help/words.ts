// The words of the help page in both languages, and the choice between them.
import { ref } from 'vue'

export type Language = 'zh' | 'en'
const KEY = 'huike.help.language'

const zh = {
  title: '帮助中心',
  lead: '您想了解什么？',
  search: '搜索问题，例如“怎么换滤芯”',
  clear: '清空',
  language: 'English',
  all: '全部',
  other: '其他',
  results: '与“{q}”有关的文章',
  none: '没有找到相关文章',
  noneHint: '换个说法试试，或者直接问我们。',
  empty: '还没有文章',
  failed: '暂时打不开',
  failedHint: '请稍后再试。',
  retry: '重试',
  gone: '这篇文章已不在了',
  home: '返回帮助中心',
  updated: '更新于 {date}',
  helpful: '这篇文章有帮助吗？',
  yes: '有帮助',
  no: '没帮助',
  thanks: '谢谢您的反馈！',
  why: '哪里可以写得更好？（选填）',
  send: '提交',
  skip: '不写了',
  related: '同类文章',
  still: '没有解决您的问题？',
  chat: '联系客服',
  more: '显示更多',
  loading: '正在打开…',
}
const en: typeof zh = {
  title: 'Help centre',
  lead: 'What would you like to know?',
  search: 'Search, for example “change the filter”',
  clear: 'Clear',
  language: '中文',
  all: 'All',
  other: 'Other',
  results: 'Articles about “{q}”',
  none: 'No article fits',
  noneHint: 'Try other words, or ask us directly.',
  empty: 'There are no articles yet',
  failed: 'This cannot be opened at the moment',
  failedHint: 'Please try again later.',
  retry: 'Try again',
  gone: 'This article is no longer here',
  home: 'Back to the help centre',
  updated: 'Updated on {date}',
  helpful: 'Did this help?',
  yes: 'Yes',
  no: 'No',
  thanks: 'Thank you for telling us!',
  why: 'What could be better? (optional)',
  send: 'Send',
  skip: 'Skip',
  related: 'More on this',
  still: 'Still not solved?',
  chat: 'Chat with us',
  more: 'Show more',
  loading: 'Opening…',
}
export type Word = keyof typeof zh

function first(): Language {
  const asked = new URLSearchParams(location.search).get('language') ?? localStorage.getItem(KEY)
  if (asked === 'zh' || asked === 'en') return asked
  return navigator.languages.some((one) => one.toLowerCase().startsWith('zh')) ? 'zh' : 'en'
}

export const language = ref<Language>(first())

export function speak(chosen: Language, remember = true): void {
  language.value = chosen
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en'
  if (remember) localStorage.setItem(KEY, chosen)
}

export function t(word: Word, values: Record<string, string> = {}): string {
  return (language.value === 'zh' ? zh : en)[word].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
