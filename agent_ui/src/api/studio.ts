// Calls and shapes of what bots are taught: their material, its changes, their versions.
import { http, query } from './http'
import { all } from './routingAdmin'
import type { components } from './types.gen'
import type { Id, Page } from './types'

type Schemas = components['schemas']
/** What has a default in the description is always there in an answer. */
type Filled<T> = T extends readonly (infer U)[] ? Filled<U>[] : T extends object ? { [K in keyof T]-?: Filled<T[K]> } : T

export type Bot = Omit<Schemas['BotView'], 'settings'> & { settings: Record<string, unknown> }
export type BotDraft = Pick<Bot, 'name' | 'engine' | 'settings'>
export type SetName = 'training' | 'test'
export type Health = Filled<Schemas['Health']>
export type Ailment = Health['kind']
export type Intent = Filled<Schemas['IntentOverview']>
/** An entity marked in a sentence; offsets count code points, `end` is exclusive. */
export type Mark = Filled<Schemas['MarkView']>
export type Example = Filled<Schemas['ExampleView']>
export type ResponseButton = Schemas['ButtonDraft']
export type Variation = Filled<Schemas['VariationDraft']>
export type ConditionValue = Variation['conditions'][string]
export type BotResponse = Filled<Schemas['ResponseView']>
export type Slot = Filled<Schemas['SlotView']>
export type Dataset = Filled<Schemas['DatasetView']>
export type FileChange = Filled<Schemas['FileChange']>
export type BotEdit = Filled<Schemas['BotEdit']>
export interface Edited {
  revision: string
  edit: BotEdit | null
}
export type Material = Filled<Schemas['Training']>
export type Exchange = Filled<Schemas['Exchange']>
export type Scores = Schemas['Scores']
export type BotVersion = Filled<Schemas['VersionView']>

export type Edit =
  | { kind: 'add_examples'; intent: string; texts: string[]; set?: SetName }
  | { kind: 'remove_examples'; intent: string; texts: string[]; set?: SetName }
  | { kind: 'change_example'; intent: string; old: string; new: string; set?: SetName }
  | { kind: 'move_examples'; intent: string; to: string; texts: string[]; set?: SetName }
  | { kind: 'add_intent'; name: string }
  | { kind: 'rename_intent'; name: string; to: string }
  | { kind: 'remove_intent'; name: string }
  | { kind: 'set_synonym'; value: string; texts: string[] }
  | { kind: 'set_lookup'; name: string; words: string[] }
  | { kind: 'set_regex'; name: string; patterns: string[] }
  | { kind: 'set_response'; name: string; variations: Variation[] }
  | { kind: 'answer_intent'; intent: string; response: string | null }
  | { kind: 'set_form'; name: string; required_slots: string[] }
  | { kind: 'write_file'; path: string; text: string | null }

const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')
export const botPath = (id: Id, ...parts: string[]) => path('bots', id, ...parts)

function formOf(file: File): FormData {
  const form = new FormData()
  form.append('file', file)
  return form
}

export const botApi = {
  list: () => all<Bot>('/bots'),
  create: (draft: BotDraft) => http.post<Bot>('/bots', draft),
  change: (id: Id, change: Partial<BotDraft>) => http.patch<Bot>(botPath(id), change),
}

export const studioApi = {
  dataset: (bot: Id) => http.get<Dataset>(botPath(bot, 'dataset')),
  examples: (bot: Id, asked: { intent?: string; q?: string; set?: SetName; limit?: number; cursor?: string | null }) =>
    http.get<Page<Example>>(botPath(bot, 'examples') + query(asked)),
  edit: (bot: Id, edits: Edit[], revision?: string) => http.post<Edited>(botPath(bot, 'edits'), revision === undefined ? { edits } : { edits, revision }),
  history: (bot: Id, cursor: string | null = null) => http.get<Page<BotEdit>>(botPath(bot, 'history') + query({ limit: 50, cursor })),
  undo: (bot: Id, edit: Id) => http.post<Edited>(botPath(bot, 'history', edit.split('/').pop() ?? edit, 'undo')),
  words: (bot: Id, text: string) => http.get<{ words: [number, number][] }>(botPath(bot, 'words') + query({ text })),
  material: (bot: Id) => http.get<Material>(botPath(bot, 'training')),
  /** What an import would come to; nothing is changed. */
  checkZip: (bot: Id, file: File) => http.post<Exchange>(botPath(bot, 'training', 'import', 'check'), formOf(file)),
  importZip: (bot: Id, file: File) => http.post<Material>(botPath(bot, 'training', 'import'), formOf(file)),
  exportZip: (bot: Id) => http.file(botPath(bot, 'training', 'export')),
  versions: (bot: Id) => all<BotVersion>(botPath(bot, 'versions')),
  train: (bot: Id, note = '') => http.post<{ job_id: Id }>(botPath(bot, 'train'), { note }),
  publish: (bot: Id, n: number, wish: { force?: boolean; reason?: string } = {}) => http.post<BotVersion>(botPath(bot, 'versions', String(n), 'publish'), wish),
}
