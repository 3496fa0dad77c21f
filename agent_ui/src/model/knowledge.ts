// What the pages of the knowledge base have to think about: which articles are shown, and what of one was changed. Pure.
import type { Article, ArticleDraft } from '@/api/knowledge'

export interface ArticleWish {
  text: string
  state: '' | 'draft' | 'published'
  language: '' | 'zh' | 'en'
}

const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase()

/** Articles that hold every word that was typed, in title, questions, category or text. */
export function filtered(articles: readonly Article[], wish: ArticleWish): Article[] {
  const words = plain(wish.text).split(/\s+/).filter(Boolean)
  return articles.filter((one) => {
    if (wish.state && one.state !== wish.state) return false
    if (wish.language && one.language !== wish.language) return false
    if (!words.length) return true
    const text = plain([one.title, ...one.questions, one.category, ...one.tags, one.body].join('\n'))
    return words.every((word) => text.includes(word))
  })
}

export function categoriesOf(articles: readonly Article[], language: string): string[] {
  return [...new Set(articles.filter((one) => one.language === language && one.category).map((one) => one.category))].sort()
}

/** The language in which a question was asked, by its letters. */
export function languageOf(text: string): 'zh' | 'en' {
  return /\p{Script=Han}/u.test(text) ? 'zh' : 'en'
}

export const linesOf = (text: string): string[] => [...new Set(text.split('\n').map((line) => line.trim()).filter(Boolean))]

export function draftOf(article: Article | null, question: string, language: 'zh' | 'en'): ArticleDraft {
  if (article) {
    const { language: own, title, questions, body, category, state, public: shown, tags } = article
    return { language: own, title, questions: [...questions], body, category, state, public: shown, tags: [...tags] }
  }
  return { language: question ? languageOf(question) : language, title: question, questions: [], body: '', category: '', state: 'draft', public: true, tags: [] }
}

/** The fields of a draft that differ. */
export function changesOf(before: ArticleDraft, now: ArticleDraft): Partial<ArticleDraft> {
  const keys = Object.keys(now) as (keyof ArticleDraft)[]
  return Object.fromEntries(keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key])).map((key) => [key, now[key]]))
}

/** What the agent's suggestions are asked with: what is being typed once it says something, else what was asked. */
export function suggestionQuery(typed: string, asked: string): string {
  const words = typed.trim()
  return [...words].length >= 4 && !words.startsWith('/') ? words : asked.trim()
}

/** Suggestions worth showing unasked. */
export const WORTH = 0.3
