// Calls and shapes of routing: live queues, who waits and why, alarms, the trace of a session, lanes and reviews.
import { http, query } from './http'
import type { components } from './types.gen'
import type { Id, Instant, Page, Session } from './types'

type Schemas = components['schemas']

export type LiveFigures = Schemas['LiveQueues']
export type QueueLive = LiveFigures['queues'][number]
/** Somebody who waits. */
export type Waiting = Schemas['WaitingItem']
export type Decision = Schemas['TraceStep']
export type Candidate = Decision['candidates'][number]
export type Alarm = Schemas['Alarm']
export type LaneMark = Schemas['LaneMark']
export type Lane = LaneMark['lane']
export type Feeling = NonNullable<Session['feeling']>
export type Outcome = Schemas['ReviewDraft']['outcome']
export type Parameters = Record<string, unknown>

/** Something that the router says: a code with its parameters, so that each language can make its own sentence. */
export interface Said {
  code: string
  parameters?: Parameters
}

/** Something that will happen by itself. */
export interface Step extends Said {
  at: Instant
}

const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')

export const routingApi = {
  live: () => http.get<LiveFigures>('/queues/live'),
  waiting: (cursor: string | null) => http.get<Page<Waiting>>('/waiting' + query({ limit: 200, cursor })),
  trace: (id: Id) => http.get<Page<Decision>>(path('sessions', id, 'trace')),
  alarms: (state: 'open' | 'all', cursor: string | null) => http.get<Page<Alarm>>('/alarms' + query({ state, cursor })),
  acknowledge: (id: Id) => http.post<Alarm>(path('alarms', id, 'acknowledge')),
  mark: (id: Id, change: { priority?: number; lane?: Lane }) => http.patch<Session>(path('sessions', id), change),
  review: (id: Id, outcome: Outcome, note: string) => http.post<Session>(path('sessions', id, 'review'), { outcome, note }),
}
