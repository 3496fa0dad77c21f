// Calls and shapes of routing as administrators set it: rules, queues, the router's settings.
import { http, query } from './http'
import type { components } from './types.gen'
import type { Id, Page } from './types'

type Schemas = components['schemas']

export type RuleWhen = Schemas['RuleWhen']
export type RuleThen = Schemas['RuleThen']
export type Rule = Schemas['RoutingRule']
export type RuleDraft = Schemas['RuleDraft']
export type Trial = Partial<Schemas['Trial']> & Pick<Schemas['Trial'], 'channel_id'>
export type TrialAnswer = Schemas['TrialAnswer']
export type MatchedRule = Schemas['MatchedRule']
export type Queue = Schemas['Queue']
export type QueueDraft = Schemas['QueueDraft']
export type OverflowStep = Schemas['OverflowStep']
export type RouterSettings = Schemas['RoutingSettings']
export type RouterChange = Partial<Omit<RouterSettings, 'id' | 'version'>>
export type Hours = Schemas['BusinessHours']

const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')

/** Everything of a list, however many pages it has. */
export async function all<T>(address: string): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await http.get<Page<T>>(address + query({ limit: 200, cursor }))
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return items
}

export const ruleApi = {
  list: () => all<Rule>('/routing-rules'),
  create: (draft: RuleDraft) => http.post<Rule>('/routing-rules', draft),
  /** Refused as `changed` when the rule, or the order, is no longer as it was seen. */
  change: (id: Id, change: Partial<RuleDraft>, version: number) => http.patch<Rule>(path('routing-rules', id), { ...change, version }),
  remove: (id: Id) => http.remove(path('routing-rules', id)),
  order: (ids: Id[], before: Id[]) => http.put<Page<Rule>>('/routing-rules/order', { ids, before }),
  addUsual: () => http.post<Page<Rule>>('/routing-rules/defaults'),
  try: (trial: Trial) => http.post<TrialAnswer>('/routing-rules/try', trial),
}

export const queueApi = {
  list: () => all<Queue>('/queues'),
  create: (draft: QueueDraft) => http.post<Queue>('/queues', draft),
  change: (id: Id, change: Partial<QueueDraft>) => http.patch<Queue>(path('queues', id), change),
  remove: (id: Id) => http.remove(path('queues', id)),
  hours: () => all<Hours>('/business-hours'),
}

export const routerApi = {
  get: () => http.get<RouterSettings>('/routing-settings'),
  change: (change: RouterChange) => http.patch<RouterSettings>('/routing-settings', change),
}
