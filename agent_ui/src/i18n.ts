// Languages: the browser's at first, then the one chosen. Each language is a file of its own, loaded when needed, and so
// are the words of what is not on the first screen: a part that comes later asks for its words before it is shown.
import { createI18n } from 'vue-i18n'
import type { laterWords } from './laterWords'
import { compileMessages, type Source } from './model/messages'

export type Locale = 'zh-CN' | 'en'
export type Part = 'base' | keyof typeof laterWords
export const LOCALES: readonly { code: Locale; name: string }[] = [
  { code: 'zh-CN', name: '简体中文' },
  { code: 'en', name: 'English' },
]
const KEY = 'huike.locale'

type File = () => Promise<{ default: Source }>
const first: Record<Locale, File> = { 'zh-CN': () => import('./locales/zh-CN.json'), en: () => import('./locales/en.json') }

const wanted = new Set<Part>(['base'])
const loaded = new Set<string>()

export const i18n = createI18n<false>({ legacy: false, locale: 'en', fallbackLocale: false })

export function preferredLocale(chosen: string | null, languages: readonly string[]): Locale {
  if (chosen === 'zh-CN' || chosen === 'en') return chosen
  for (const language of languages) {
    if (language.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (language.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}

async function fetchWords(part: Part, locale: Locale): Promise<{ default: Source }> {
  return part === 'base' ? first[locale]() : (await import('./laterWords')).laterWords[part][locale]()
}

async function load(locale: Locale): Promise<void> {
  const missing = [...wanted].filter((part) => !loaded.has(locale + part))
  await Promise.all(
    missing.map(async (part) => {
      const texts = compileMessages((await fetchWords(part, locale)).default)
      i18n.global.mergeLocaleMessage(locale, texts as Parameters<typeof i18n.global.mergeLocaleMessage>[1])
      loaded.add(locale + part)
    }),
  )
}

/** Have the words of a part in the language of the moment, and in every language that is chosen later. */
export function addWords(part: Part): Promise<void> {
  wanted.add(part)
  return load(i18n.global.locale.value as Locale)
}

/** A part of the screen that is fetched with its words. */
export function withWords<T>(part: Part, fetchPart: () => Promise<T>): () => Promise<T> {
  return () => patiently(async () => (await Promise.all([fetchPart(), addWords(part)]))[0])
}

/** Asks again while the hub is away: a part that was wanted during a restart comes a moment later. */
async function patiently<T>(ask: () => Promise<T>, left = 7, waitMs = 500): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!left) throw error
    await new Promise((wake) => setTimeout(wake, waitMs))
    return patiently(ask, left - 1, Math.min(2 * waitMs, 8000))
  }
}

export async function setLocale(locale: Locale, remember = true): Promise<void> {
  await load(locale)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  if (remember) localStorage.setItem(KEY, locale)
}

export function startLocale(): Promise<void> {
  return setLocale(preferredLocale(localStorage.getItem(KEY), navigator.languages), false)
}
