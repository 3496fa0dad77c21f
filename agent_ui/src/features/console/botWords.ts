// Words for what bots call their intents and slots. Only the customer panel needs them, so they stand beside the
// languages of the console and come with that panel. A bot may be anybody's: a name without a word is shown as it is.
import en from '@/locales/bot/en.json'
import zh from '@/locales/bot/zh-CN.json'

type Words = Record<'intent' | 'slot', Record<string, string>>
const languages: Record<string, Words> = { en, 'zh-CN': zh }

export function botWord(locale: string, kind: keyof Words, name: string): string {
  const words = languages[locale]?.[kind] ?? {}
  return (Object.hasOwn(words, name) && words[name]) || name.replaceAll('_', ' ')
}
