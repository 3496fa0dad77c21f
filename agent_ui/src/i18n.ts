// Languages: the browser's at first, then the one chosen. Each language is a file of its own, loaded when needed.
import { createI18n } from 'vue-i18n'
import { compileMessages, type Source } from './model/messages'

export type Locale = 'zh-CN' | 'en'
export const LOCALES: readonly { code: Locale; name: string }[] = [
  { code: 'zh-CN', name: '简体中文' },
  { code: 'en', name: 'English' },
]
const KEY = 'huike.locale'

const files: Record<Locale, () => Promise<{ default: Source }>> = {
  'zh-CN': () => import('./locales/zh-CN.json'),
  en: () => import('./locales/en.json'),
}

const loaded = new Set<Locale>()

export const i18n = createI18n<false>({ legacy: false, locale: 'en', fallbackLocale: false })

export function preferredLocale(chosen: string | null, languages: readonly string[]): Locale {
  if (chosen === 'zh-CN' || chosen === 'en') return chosen
  for (const language of languages) {
    if (language.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (language.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}

export async function setLocale(locale: Locale, remember = true): Promise<void> {
  if (!loaded.has(locale)) {
    const texts = compileMessages((await files[locale]()).default)
    i18n.global.setLocaleMessage(locale, texts as Parameters<typeof i18n.global.setLocaleMessage>[1])
    loaded.add(locale)
  }
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  if (remember) localStorage.setItem(KEY, locale)
}

export function startLocale(): Promise<void> {
  return setLocale(preferredLocale(localStorage.getItem(KEY), navigator.languages), false)
}
