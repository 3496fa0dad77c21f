// Calls and shapes of the model server: its settings, and the texts that it proposes.
import { http } from './http'
import type { components } from './types.gen'
import type { Id } from './types'

type Schemas = components['schemas']

export type ModelServer = Schemas['ModelServerView']
export type ModelServerDraft = Schemas['ModelServerDraft']
export type ModelTrial = Schemas['ModelServerTrial']
export type ModelUse = keyof Schemas['ModelUses']
export type AnswerDraft = Schemas['AnswerDraft']
export type Suggested = Schemas['Suggested']
export type Summary = Schemas['Summary']

export const modelApi = {
  get: () => http.get<ModelServer>('/model-server'),
  put: (draft: ModelServerDraft) => http.put<ModelServer>('/model-server', draft),
  remove: () => http.remove('/model-server'),
  test: (draft: ModelServerDraft) => http.slow<ModelTrial>('/model-server/test', draft),
}

const of = (id: Id, what: string) => `/sessions/${encodeURIComponent(id)}/${what}`

export const draftApi = {
  draft: (id: Id) => http.slow<AnswerDraft>(of(id, 'draft')),
  suggest: (id: Id) => http.slow<Suggested>(of(id, 'suggestions')),
  summarise: (id: Id) => http.slow<Summary>(of(id, 'summary')),
}
