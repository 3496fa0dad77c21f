// Which of our two languages a page's language tag means. Shared by the loader and the chat so that they agree.

export type Locale = 'zh-CN' | 'en'

/** Return the locale of the first tag that says something; Chinese of any region is zh-CN, all else is English. */
export function chooseLocale(...tags: (string | null | undefined)[]): Locale {
  const tag = tags.find((candidate) => candidate?.trim())
  return /^zh\b/i.test(tag?.trim().replace('_', '-') ?? '') ? 'zh-CN' : 'en'
}
