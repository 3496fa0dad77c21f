// A wish for a recorded day: what of a form is really different, and what the answer means in words. Pure.
import type { AddedAgents, ChangedAgent, QueueChange, SettingsChange, Waits, WhatIfResult, Wish } from '@/api/planning'
import type { Queue, RouterSettings } from '@/api/routingAdmin'

/** The settings that change a recorded day. */
export const PLAYED = ['sticky_hold_s', 'sticky_window_s', 'reject_exclusion_s', 'earmark_after_s', 'accept_timeout_s', 'aging_s'] as const
export type Played = (typeof PLAYED)[number]
export const OPTIONAL: readonly Played[] = ['accept_timeout_s', 'aging_s']

export type QueueWish = Pick<Queue, 'placement' | 'prefer' | 'business_hours_id' | 'overflow'>
export interface AgentChange {
  agentId: string
  capacity: number
  skills: Record<string, number>
}

export function settingsChange(present: RouterSettings, wished: Record<Played, number | null>): SettingsChange {
  return Object.fromEntries(PLAYED.filter((name) => present[name] !== wished[name]).map((name) => [name, wished[name]]))
}

export const queueWish = ({ placement, prefer, business_hours_id, overflow }: Queue): QueueWish => ({ placement, prefer, business_hours_id, overflow })

export function queueChange(present: Queue, wished: QueueWish): QueueChange {
  const before = queueWish(present)
  const names = Object.keys(before) as (keyof QueueWish)[]
  return Object.fromEntries(names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(wished[name])).map((name) => [name, wished[name]]))
}

/** Only what differs is wished of an agent. */
export function agentChange(present: { capacity: number; skills: Record<string, number> }, wished: AgentChange): ChangedAgent | null {
  const change: ChangedAgent = {}
  if (present.capacity !== wished.capacity) change.capacity = wished.capacity
  const sorted = (skills: Record<string, number>) => JSON.stringify(Object.entries(skills).sort())
  if (sorted(present.skills) !== sorted(wished.skills)) change.skills = wished.skills
  return Object.keys(change).length ? change : null
}

/** How many things are different. */
export function countOf({ settings, queues, hours, relax, agents }: Wish): number {
  const inner = Object.values(queues).reduce((sum, one) => sum + Object.keys(one).length, 0)
  return Object.keys(settings).length + inner + Object.keys(hours).length + Object.keys(relax).length + agents.add.length + agents.remove.length + Object.keys(agents.change).length
}

export const newAgents = (): AddedAgents => ({ count: 1, capacity: 5, skills: {}, languages: [], from: null, to: null })

export type Measure = 'mean_s' | 'p90_s' | 'in_time' | 'gave_up'
export const MEASURES: readonly Measure[] = ['mean_s', 'p90_s', 'in_time', 'gave_up']
export type Turn = 'better' | 'worse' | 'same'

/** Half a second, half a point of the share, and one customer are the least that counts. */
const LEAST: Record<Measure, number> = { mean_s: 0.5, p90_s: 0.5, in_time: 0.005, gave_up: 1 }

export function turnOf(measure: Measure, before: number, after: number): Turn {
  const less = before - after
  if (Math.abs(less) < LEAST[measure]) return 'same'
  return less > 0 === (measure !== 'in_time') ? 'better' : 'worse'
}

/** The longest bar of a column is as long as its largest figure; shares are of one. */
export function barScale(result: WhatIfResult, measure: Measure): number {
  if (measure === 'in_time') return 1
  const both = [result.total, ...result.by_class].flatMap((row) => [row.before[measure], row.after[measure]])
  return Math.max(...(measure === 'gave_up' ? both.slice(0, 2) : both), LEAST[measure])
}

export interface Sentence {
  key: string
  turn: Turn
  values: { before: number; after: number }
}

/** What changed for some customers, the most telling first; a day that went the same way has one sentence. */
export function sentencesOf(pair: { before: Waits; after: Waits }): Sentence[] {
  const found = MEASURES.map((measure): Sentence => {
    const [before, after] = [pair.before[measure], pair.after[measure]]
    const turn = turnOf(measure, before, after)
    return { key: `${measure}.${turn}`, turn, values: { before, after } }
  }).filter((one) => one.turn !== 'same')
  return found
}

/** How all went: better and worse things together are mixed. */
export function verdictOf(pair: { before: Waits; after: Waits }): Turn | 'mixed' {
  const turns = new Set(sentencesOf(pair).map((one) => one.turn))
  if (turns.size > 1) return 'mixed'
  return [...turns][0] ?? 'same'
}
