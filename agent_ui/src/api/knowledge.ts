// Calls and shapes of the knowledge base, as trainers write it and agents look things up in it.
import { http, query } from './http'
import { all } from './routingAdmin'
import type { components } from './types.gen'
import type { Id, Page } from './types'

type Schemas = components['schemas']

export type Article = Schemas['ArticleView']
export type ArticleDraft = Required<Schemas['ArticleDraft']>
export type FoundArticle = Schemas['FoundArticle']
export type Imported = Schemas['Imported']

const path = (...parts: string[]) => '/' + ['articles', ...parts].map(encodeURIComponent).join('/')

export const articleApi = {
  list: () => all<Article>('/articles'),
  get: (id: Id) => http.get<Article>(path(id)),
  create: (draft: ArticleDraft) => http.post<Article>('/articles', draft),
  change: (id: Id, change: Partial<ArticleDraft>) => http.patch<Article>(path(id), change),
  remove: (id: Id) => http.remove(path(id)),
  find: async (q: string, limit = 8) => (await http.get<Page<FoundArticle>>(path('search') + query({ q: q.slice(0, 1000), limit }))).items,
  export: (format: 'csv' | 'json') => http.file(path('export') + query({ format })),
  import: (file: File) => {
    const form = new FormData()
    form.append('file', file, file.name)
    return http.post<Imported>(path('import'), form)
  },
}
