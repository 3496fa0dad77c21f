// From entries and unsent messages to the rows of the log: days, quiet lines, grouped messages, delivery states.
// Pure; knows nothing of wording, which belongs to the locales.
import type { Draft } from './outbox'
import type { Thread } from './thread'
import type { Line } from './turns'
import type { Entry, Speaker } from './types'

export type Delivery = 'sending' | 'sent' | 'read' | 'failed'

export interface MessageRow {
  type: 'message'
  key: string
  entry: Entry
  mine: boolean
  /** First and last of a run by one speaker: only the first is named, only the last is timed. */
  first: boolean
  last: boolean
  delivery: Delivery | null
  /** Whether the state is worth words: the newest of ours, or one that did not arrive. */
  telling: boolean
  reason: string
}

export type Row =
  | { type: 'day'; key: string; at: string }
  | { type: 'line'; key: string; line: Line; name: string }
  | MessageRow

const RUN_MS = 5 * 60_000

/** Lay out one session, with the unsent messages after it. */
export function layOut(thread: Thread, drafts: readonly Draft[] = []): Row[] {
  const rows: Row[] = []
  const prefix = `${thread.sessionId ?? 'new'}:`
  const delivered = new Set<string>()
  const turns = thread.turns.map((turn, index) => ({ type: 'line' as const, key: `${prefix}turn-${index}`, ...turn }))
  let day = ''
  for (const entry of thread.entries) {
    if (entry.client_id) delivered.add(entry.client_id)
    const row = messageRow(entry, prefix, thread.deskRead)
    if (!row) continue
    while (turns[0] && turns[0].after < entry.seq) rows.push(turns.shift() as Row)
    const today = dayOf(entry.at)
    if (today !== day) rows.push({ type: 'day', key: `${prefix}day-${today}`, at: entry.at })
    day = today
    rows.push(row)
  }
  rows.push(...turns)
  for (const draft of drafts) if (!delivered.has(draft.clientId)) rows.push(draftRow(draft))
  group(rows)
  tell(rows)
  return rows
}

/** The newest menu, if nobody of ours has spoken since: only its buttons still mean anything. */
export function openMenu(entries: readonly Entry[]): Entry | null {
  for (const entry of [...entries].reverse()) {
    if (entry.kind !== 'message') continue
    if (entry.direction === 'in') return null
    if (entry.content?.type === 'menu') return entry
  }
  return null
}

// Whatever else a timeline holds is the desk's business.
function messageRow(entry: Entry, prefix: string, readSeq: number): MessageRow | null {
  if (entry.kind !== 'message' || entry.note || !entry.content) return null
  const mine = entry.direction === 'in'
  const read = entry.seq <= readSeq || entry.delivery?.state === 'read'
  const delivery = mine ? (read ? 'read' : 'sent') : null
  const key = entry.client_id ?? `${prefix}${entry.seq}`
  return { type: 'message', key, entry, mine, first: true, last: true, delivery, telling: false, reason: '' }
}

function draftRow(draft: Draft): MessageRow {
  const content = { type: 'text', text: draft.text, attachments: [...draft.attachments] }
  const entry: Entry = { seq: 0, at: draft.at, kind: 'message', direction: 'in', content, client_id: draft.clientId }
  const { state, reason, clientId } = draft
  return { type: 'message', key: clientId, entry, mine: true, first: true, last: true, delivery: state, telling: true, reason }
}

function dayOf(at: string): string {
  return new Date(at).toDateString()
}

function group(rows: readonly Row[]): void {
  rows.forEach((row, index) => {
    const before = rows[index - 1]
    if (row.type !== 'message' || before?.type !== 'message' || !sameRun(before.entry, row.entry)) return
    before.last = false
    row.first = false
  })
}

function sameRun(a: Entry, b: Entry): boolean {
  if (speakerKey(a) !== speakerKey(b)) return false
  return Math.abs(Date.parse(b.at) - Date.parse(a.at)) < RUN_MS
}

function speakerKey(entry: Entry): string {
  const author: Speaker | undefined = entry.author
  return entry.direction === 'in' ? 'me' : `${author?.kind ?? ''}:${author?.id ?? author?.name ?? ''}`
}

// Someone who has read our newest message has read the older ones too, whatever their own records say.
function tell(rows: readonly Row[]): void {
  const mine = rows.filter((row): row is MessageRow => row.type === 'message' && row.mine)
  let read = false
  for (const row of [...mine].reverse()) {
    read ||= row.delivery === 'read'
    if (read && row.delivery === 'sent') row.delivery = 'read'
  }
  const newest = mine.filter((row) => row.delivery === 'sent' || row.delivery === 'read').at(-1)
  if (newest) newest.telling = true
}
