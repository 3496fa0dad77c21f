// Calls and shapes of what comes after the first screen: channel administration, the limits of a reply, merging.
import { http, query } from './http'
import type { components } from './types.gen'
import type { Customer, Id, Page } from './types'

type Schemas = components['schemas']

/** A text in both languages of the hub. */
export type Words = Record<string, string>
export type Capabilities = Schemas['Capabilities']
/** One field of the form of a kind of channel; a dot in the name leads into a group of the settings. */
export type Setting = Schemas['Setting']
export type ChannelKind = Schemas['KindView']
export type Health = Schemas['ChannelHealth']
export type Routing = Schemas['ChannelRouting']
export type Settings = Record<string, unknown>
export type Channel = Omit<Schemas['ChannelView'], 'settings'> & { settings: Settings }
export type Check = Schemas['CheckResult']
export type Measure = Schemas['Measure']
export type LoggedDelivery = Schemas['DeliveryView']
export type DeliveryFilter = LoggedDelivery['state']
export type ReplyWindow = Schemas['ReplyWindow']
/** One way to answer the customer of a session. */
export type ReplyChannel = Schemas['ReplyChannel']
export type MergeSuggestion = Schemas['SuggestionView']

export interface ChannelChange {
  name?: string
  settings?: Settings
  routing?: Routing
}

const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')

export const channelApi = {
  kinds: () => http.get<Page<ChannelKind>>('/channel-kinds'),
  list: (cursor: string | null) => http.get<Page<Channel>>('/channels' + query({ limit: 200, cursor })),
  get: (id: Id) => http.get<Channel>(path('channels', id)),
  create: (body: ChannelChange & { kind: string; name: string }) => http.post<Channel>('/channels', body),
  change: (id: Id, body: ChannelChange) => http.patch<Channel>(path('channels', id), body),
  remove: (id: Id) => http.remove(path('channels', id)),
  act: (id: Id, act: 'pause' | 'resume') => http.post<Channel>(path('channels', id, act)),
  check: (body: { kind: string; settings: Settings; channel_id?: Id }) =>
    http.post<{ ok: boolean; checks: Check[] }>('/channels/check', body),
  measure: (id: Id, text: string) => http.post<Measure>(path('channels', id, 'measure'), { text }),
  deliveries: (id: Id, state: DeliveryFilter, cursor: string | null) =>
    http.get<Page<LoggedDelivery>>(path('channels', id, 'deliveries') + query({ state, limit: 50, cursor })),
  replay: (id: Id, messageId: Id) => http.post<unknown>(path('channels', id, 'deliveries', messageId, 'replay')),
  replayAll: (id: Id) => http.post<{ replayed: number }>(path('channels', id, 'replay')),
}

export const replyApi = {
  channels: (sessionId: Id) => http.get<{ items: ReplyChannel[] }>(path('sessions', sessionId, 'reply-channels')),
}

export const mergeApi = {
  suggestions: (id: Id) => http.get<{ items: MergeSuggestion[] }>(path('customers', id, 'merge-suggestions')),
  dismiss: (id: Id, otherId: Id) => http.post<void>(path('customers', id, 'merge-suggestions', otherId, 'dismiss')),
  merge: (id: Id, otherId: Id, reason: string) =>
    http.post<{ merge_id: Id; customer: Customer }>(path('customers', id, 'merge'), { other_id: otherId, reason }),
  undo: (mergeId: Id) => http.post<{ customer: Customer; other: Customer }>(path('merges', mergeId, 'undo')),
}
