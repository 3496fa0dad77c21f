// Calls and shapes of how a bot fares: what it misunderstood, its versions and their scores, why it says what it says,
// its figures.
import { http, query } from './http'
import { botPath, studioApi, type BotVersion, type Edited, type Example } from './studio'
import type { components } from './types.gen'
import type { Id, Page } from './types'

type Schemas = components['schemas']

export type IntentScore = Schemas['IntentScore']
export type Turn = Schemas['TurnView']
export type TalkLine = Schemas['TalkLine']
export type Talk = Schemas['Talk']
export type Misunderstood = Schemas['Misunderstood']
export type InboxState = 'open' | 'labelled' | 'aside'
export type Reading = Changed['was']
export type Changed = Schemas['Changed']
/** A sentence of the test set that the live version gets right, and what the refused one takes it for. */
export interface Worse {
  text: string
  was: string
  now: string
}
export type Comparison = Schemas['Comparison']
export type IntentScores = Schemas['IntentScores']
export type Evaluation = Schemas['Evaluation']
export type Piece = Schemas['Piece']
export type Analytics = Schemas['Analytics']
export type Why = Schemas['hub.ports.teaching.Why']
/** A parse has the form of Rasa, of which this is read. */
export interface Parse {
  text: string
  intent: IntentScore
  intent_ranking: IntentScore[]
  entities: { entity: string; start: number; end: number; value: unknown; role?: string | null }[]
}
export type Explained = Omit<Schemas['Explained'], 'parse' | 'words'> & { parse: Parse; words: [number, number][] }

const bot = (id: Id, ...parts: (string | number)[]) => botPath(id, ...parts.map(String))

export const inboxApi = {
  list: (id: Id, days: number, state: InboxState) => http.get<Misunderstood>(bot(id, 'misunderstood') + query({ days, state })),
  talk: (id: Id, turn_id: Id) => http.get<Talk>(bot(id, 'misunderstood', 'talk') + query({ turn_id })),
  label: (id: Id, turn_ids: Id[], intent: string, texts?: Record<Id, string>) => http.post<Edited>(bot(id, 'misunderstood', 'label'), texts ? { turn_ids, intent, texts } : { turn_ids, intent }),
  aside: (id: Id, turn_ids: Id[], back = false) => http.post<object>(bot(id, 'misunderstood', 'aside'), back ? { turn_ids, back } : { turn_ids }),
}

export const versionApi = {
  evaluation: (id: Id, n: number) => http.get<Evaluation>(bot(id, 'versions', n, 'evaluation')),
  evaluate: (id: Id, n: number) => http.post<Evaluation>(bot(id, 'versions', n, 'evaluate')),
  /** Against the live version, or the bot as it was given while there is none. */
  compare: (id: Id, n: number) => http.post<Comparison>(bot(id, 'versions', n, 'compare')),
  publish: (id: Id, n: number, reason = '') => http.post<BotVersion>(bot(id, 'versions', n, 'publish'), reason ? { force: true, reason } : {}),
  canary: (id: Id, n: number, share: number) => http.post<BotVersion>(bot(id, 'versions', n, 'canary'), { share }),
  explain: (id: Id, text: string, version: number | null) => http.post<Explained>(bot(id, 'explain'), version ? { text, version } : { text }),
  validate: (id: Id) => http.post<{ job_id: Id }>(bot(id, 'validate')),
}

export const botFigures = (id: Id, from: string, to: string) => http.get<Analytics>(bot(id, 'analytics') + query({ from, to }))

/** All sentences of the test set. */
export async function testSet(id: Id): Promise<Example[]> {
  const items: Example[] = []
  let cursor: string | null = null
  do {
    const page: Page<Example> = await studioApi.examples(id, { set: 'test', limit: 200, cursor })
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return items
}
