// Words, dates and numbers in the visitor's language. Only the language in use is fetched; the other one when it is chosen.
import { ref } from 'vue'
import type { Locale } from '../shared/locale'

type Words = Readonly<Record<string, string>>

const files: Record<Locale, () => Promise<{ default: Words }>> = {
  'zh-CN': () => import('../locales/zh-CN.json'),
  en: () => import('../locales/en.json'),
}
const known: Partial<Record<Locale, Words>> = {}
let wanted: Locale | undefined

export const locale = ref<Locale>('zh-CN')

/** Speak a language as soon as its words are here; of several wishes the last one counts. Rejects when they cannot be had. */
export async function setLocale(chosen: Locale): Promise<void> {
  wanted = chosen
  known[chosen] ??= (await files[chosen]()).default
  if (wanted !== chosen) return
  locale.value = chosen
  document.documentElement.lang = chosen
  document.title = t('title')
}

/** The words for a key with its values filled in; a key that is missing shows itself. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = known[locale.value]?.[key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export function clock(at: string): string {
  return dated(new Date(at), { hour: '2-digit', minute: '2-digit', hour12: false })
}

export function exact(at: string): string {
  return dated(new Date(at), { dateStyle: 'medium', timeStyle: 'short' })
}

export function day(at: string): string {
  const then = new Date(at)
  const now = new Date()
  const passed = Math.round((midnight(now) - midnight(then)) / 86_400_000)
  if (passed === 0) return t('log.today')
  if (passed === 1) return t('log.yesterday')
  const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return dated(then, { year, month: 'long', day: 'numeric', weekday: 'short' })
}

function dated(date: Date, how: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale.value, how).format(date)
}

function midnight(date: Date): number {
  return new Date(date).setHours(0, 0, 0, 0)
}
