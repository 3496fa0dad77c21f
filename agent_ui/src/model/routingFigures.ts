// When a figure of a queue asks for attention, and which of those who wait are shown in which order. Pure.
import type { Lane, QueueLive, Waiting } from '@/api/routing'

export type Tone = 'calm' | 'soon' | 'late'

const NEAR = 0.75
// Shares of customers answered within the target; below the first somebody should look, below the second it is bad.
const SHARE_SOON = 0.8
const SHARE_LATE = 0.6

/** A wait against the queue's target: near it from three quarters on, late beyond it. No target, no judgement. */
export function waitTone(waitedS: number | null, targetS: number): Tone {
  if (waitedS === null || targetS <= 0) return 'calm'
  if (waitedS > targetS) return 'late'
  return waitedS >= targetS * NEAR ? 'soon' : 'calm'
}

/** Of nobody answered there is no share. */
export function shareOf(queue: Pick<QueueLive, 'answered_15min' | 'in_target_share_15min'>): number | null {
  return queue.answered_15min > 0 ? queue.in_target_share_15min : null
}

export function shareTone(share: number | null): Tone {
  if (share === null || share >= SHARE_SOON) return 'calm'
  return share >= SHARE_LATE ? 'soon' : 'late'
}

/** Nobody there for people who wait in open hours is bad; nobody free is worth a look. */
export function staffTone(queue: QueueLive): Tone {
  if (queue.waiting === 0 || queue.hours.open === false) return 'calm'
  if (queue.agents.online === 0) return 'late'
  return queue.agents.free_units <= 0 ? 'soon' : 'calm'
}

const RANK: Record<Tone, number> = { calm: 0, soon: 1, late: 2 }
export function worst(...tones: Tone[]): Tone {
  return tones.reduce((a, b) => (RANK[b] > RANK[a] ? b : a), 'calm')
}

/** How long the longest has waited at this moment; the figure is of the moment when it was asked for. */
export function longestNow(queue: QueueLive, at: string, nowMs: number): number | null {
  if (queue.waiting === 0) return null
  return queue.longest_wait_s + Math.max(0, (nowMs - Date.parse(at)) / 1000)
}

/** The queues that need somebody first, then by name. */
export function sortQueues(queues: readonly QueueLive[], tone: (queue: QueueLive) => Tone): QueueLive[] {
  return [...queues].sort((a, b) => RANK[tone(b)] - RANK[tone(a)] || b.waiting - a.waiting || a.name.localeCompare(b.name))
}

export type SortKey = 'waited' | 'priority' | 'expected'

export interface WaitingFilter {
  queue: string
  reason: string
  lane: Lane | ''
  search: string
}

export const NO_FILTER: WaitingFilter = { queue: '', reason: '', lane: '', search: '' }

/** `textOf` is what a row says of itself: name, needs, reason. */
export function filterWaiting(rows: readonly Waiting[], filter: WaitingFilter, textOf: (row: Waiting) => string): Waiting[] {
  const words = filter.search.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (filter.queue && row.queue_id !== filter.queue) return false
    if (filter.reason && row.reason.code !== filter.reason) return false
    if (filter.lane && (row.lane?.lane ?? 'normal') !== filter.lane) return false
    if (!words.length) return true
    const text = textOf(row).toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}

const LANES: Record<Lane, number> = { emergency: 0, reviewed: 1, normal: 2 }
const rank = (row: Waiting) => LANES[row.lane?.lane ?? 'normal']

export function sortWaiting(rows: readonly Waiting[], by: SortKey): Waiting[] {
  const older = (a: Waiting, b: Waiting) => Date.parse(a.since) - Date.parse(b.since) || (a.session_id < b.session_id ? -1 : 1)
  if (by === 'waited') return [...rows].sort(older)
  if (by === 'priority') return [...rows].sort((a, b) => rank(a) - rank(b) || a.priority - b.priority || older(a, b))
  const longest = Number.MAX_SAFE_INTEGER
  return [...rows].sort((a, b) => (b.estimated_wait_s ?? longest) - (a.estimated_wait_s ?? longest) || older(a, b))
}

/** The reasons that occur, most frequent first. */
export function reasonsOf(rows: readonly Waiting[]): { code: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(row.reason.code, (counts.get(row.reason.code) ?? 0) + 1)
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
}

/** What is shown is old: we asked and got no answer for a while, or nobody could tell us of changes. */
export function isStale(fetchedMs: number | null, nowMs: number, online: boolean, pollS: number): boolean {
  if (fetchedMs === null) return false
  const ageS = (nowMs - fetchedMs) / 1000
  return ageS > pollS * 2 + 5 || (!online && ageS > 3)
}
