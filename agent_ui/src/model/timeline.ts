// A contiguous stretch of one session's timeline, keyed by seq, and the rows that the thread shows. Pure.
import type { Delivery, Entry, MessageEntry } from '@/api/types'
import { isMessage } from '@/api/types'
import type { Pending } from './outbox'
import { dayKey } from './time'

export interface Timeline {
  bySeq: Map<number, Entry>
  /** Everything with from < seq <= to is known, apart from numbers that the server leaves out. */
  from: number
  to: number
}

export function newTimeline(after: number): Timeline {
  return { bySeq: new Map(), from: after, to: after }
}

const progress: Record<string, number> = { queued: 0, sent: 1, uncertain: 1, failed: 2, delivered: 3, read: 4 }

/**
 * Put an entry under its seq. Events come in order and are always right; a fetched copy may be older than an event
 * that overtook it, so it never undoes delivery progress.
 */
export function upsertEntry(timeline: Timeline, entry: Entry, source: 'event' | 'fetch' = 'event'): void {
  const known = timeline.bySeq.get(entry.seq)
  if (source === 'fetch' && known && isMessage(known) && isMessage(entry) && goesBack(known, entry)) return
  timeline.bySeq.set(entry.seq, entry)
  if (entry.seq > timeline.to) timeline.to = entry.seq
}

function goesBack(known: MessageEntry, entry: MessageEntry): boolean {
  if (!known.delivery || !entry.delivery) return false
  return (progress[entry.delivery.state] ?? 0) < (progress[known.delivery.state] ?? 0)
}

export function entriesOf(timeline: Timeline): Entry[] {
  return [...timeline.bySeq.values()].sort((a, b) => a.seq - b.seq)
}

/** The seq just before the last `count` messages of the customer. */
export function seqBefore(entries: readonly Entry[], count: number): number {
  let left = count
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]!
    if (isMessage(entry) && entry.direction === 'in' && --left === 0) return entry.seq - 1
  }
  return 0
}

/** The rows of one calendar day; pending messages belong to the last one. */
export interface Day {
  key: string
  at: string
  rows: Row[]
}

export type Row =
  | { type: 'unread'; key: string; count: number }
  | { type: 'message'; key: string; entry: MessageEntry; first: boolean; last: boolean; delivery: Delivery | null }
  | { type: 'activity'; key: string; entry: Entry }
  | { type: 'pending'; key: string; pending: Pending }

const GROUP_GAP_MS = 3 * 60_000

function sameSpeaker(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b || !isMessage(a) || !isMessage(b)) return false
  // A mail stands for itself, with its own time.
  if (a.content.email || b.content.email) return false
  if (a.note !== b.note || a.author.kind !== b.author.kind || a.author.id !== b.author.id) return false
  if (a.channel_id !== b.channel_id || dayKey(a.at) !== dayKey(b.at)) return false
  return Math.abs(Date.parse(b.at) - Date.parse(a.at)) < GROUP_GAP_MS
}

/** How far the customer has read on each channel, as far as our messages tell. */
function readOn(entries: readonly Entry[]): Map<string | null | undefined, number> {
  const read = new Map<string | null | undefined, number>()
  for (const entry of entries) {
    if (isMessage(entry) && !entry.note && entry.delivery?.state === 'read') read.set(entry.channel_id, entry.seq)
  }
  return read
}

/** Who has read a message has read the earlier ones on that channel, whatever their own records say. */
function deliveryOf({ seq, channel_id, direction, note, delivery }: MessageEntry, read: ReturnType<typeof readOn>): Delivery | null {
  if (direction !== 'out' || note || !delivery) return null
  const arrived = delivery.state === 'sent' || delivery.state === 'delivered'
  return arrived && seq < (read.get(channel_id) ?? 0) ? { ...delivery, state: 'read' } : delivery
}

/** Lay out a thread: days, a line before the first unread message, neighbours of one speaker grouped. */
export function layOut(entries: readonly Entry[], pending: readonly Pending[], unread: { after: number; count: number } | null): Day[] {
  const days: Day[] = []
  let rows: Row[] = []
  const begin = (at: string) => {
    rows = []
    days.push({ key: `day-${dayKey(at)}`, at, rows })
  }
  const sent = new Set<string>()
  const read = readOn(entries)
  let day = ''
  let unreadDrawn = unread === null
  entries.forEach((entry, i) => {
    if (isMessage(entry) && entry.client_id) sent.add(entry.client_id)
    const today = dayKey(entry.at)
    if (today !== day) {
      day = today
      begin(entry.at)
    }
    if (!unreadDrawn && unread && entry.seq > unread.after && isMessage(entry) && entry.direction === 'in') {
      unreadDrawn = true
      rows.push({ type: 'unread', key: 'unread', count: unread.count })
    }
    if (!isMessage(entry)) {
      rows.push({ type: 'activity', key: `e-${entry.seq}`, entry })
      return
    }
    const afterUnread = rows.at(-1)?.type === 'unread'
    rows.push({
      type: 'message',
      key: entry.client_id ? `c-${entry.client_id}` : `e-${entry.seq}`,
      entry,
      first: afterUnread || !sameSpeaker(entries[i - 1], entry),
      last: !sameSpeaker(entry, entries[i + 1]),
      delivery: deliveryOf(entry, read),
    })
  })
  for (const item of pending) {
    if (sent.has(item.body.client_id)) continue
    if (!days.length) begin(item.at)
    rows.push({ type: 'pending', key: `c-${item.body.client_id}`, pending: item })
  }
  return days
}
