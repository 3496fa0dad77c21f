// Words, dates and numbers in the visitor's language. Both languages are in the bundle: switching needs no network.
import { ref } from 'vue'
import en from '../locales/en.json'
import zh from '../locales/zh-CN.json'
import type { Locale } from '../shared/locale'

export type Key = keyof typeof zh

const words: Record<Locale, Record<string, string>> = { 'zh-CN': zh, en }

export const locale = ref<Locale>('zh-CN')

export function setLocale(chosen: Locale): void {
  locale.value = chosen
  document.documentElement.lang = chosen
  document.title = t('title')
}

/** The words for a key with its values filled in; a key that is missing shows itself. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = words[locale.value][key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export function clock(at: string): string {
  return new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at))
}

export function exact(at: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

export function day(at: string): string {
  const then = new Date(at)
  const now = new Date()
  const passed = Math.round((midnight(now) - midnight(then)) / 86_400_000)
  if (passed === 0) return t('log.today')
  if (passed === 1) return t('log.yesterday')
  const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(locale.value, { year, month: 'long', day: 'numeric', weekday: 'short' }).format(then)
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}
