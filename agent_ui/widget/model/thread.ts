// One session's entries as this visitor knows them. Pure: decides what is new, what is a repeat and what is missing.
//
// Numbers may have honest holes (private notes are never sent to a visitor), so a hole alone proves nothing: it is
// `unsettled` until a range asked from the hub has covered it. `settled` is the number below which nothing can be
// missing; it is what a reconnecting client tells the hub.
import type { Entry } from './types'
import type { Turn } from './turns'

export interface Thread {
  readonly sessionId: string | null
  readonly settled: number
  readonly entries: readonly Entry[]
  /** How far the desk has read; it never goes back, and it stays when the session is over. */
  readonly deskRead: number
  /** What happened between the messages while this page was open. */
  readonly turns: readonly Turn[]
}

export type Arrival = 'added' | 'repeat' | 'gap'

export function newThread(sessionId: string | null): Thread {
  return { sessionId, settled: 0, entries: [], deskRead: 0, turns: [] }
}

/** Take one live or replayed entry. `gap` means it was added but something before it may be missing. */
export function receive(thread: Thread, entry: Entry): { thread: Thread; arrival: Arrival } {
  const known = thread.entries.find((other) => other.seq === entry.seq)
  if (known ? !known.local : entry.seq <= thread.settled) return { thread, arrival: 'repeat' }
  const entries = placed(thread.entries, entry)
  const settled = advanced(entries, thread.settled)
  return { thread: { ...thread, entries, settled }, arrival: settled < entry.seq ? 'gap' : 'added' }
}

/** Take a range that the hub gave in answer to "everything after N": whatever it left out does not exist for us. */
export function fill(thread: Thread, range: readonly Entry[]): Thread {
  let entries = thread.entries
  let settled = thread.settled
  for (const entry of range) {
    entries = placed(entries, entry)
    settled = Math.max(settled, entry.seq)
  }
  return { ...thread, entries, settled: advanced(entries, settled) }
}

/** Take a changed entry (delivery state, recalled text). An entry that we never saw is left to the next range. */
export function amend(thread: Thread, entry: Entry): Thread {
  if (!thread.entries.some((other) => other.seq === entry.seq)) return thread
  return { ...thread, entries: placed(thread.entries, entry) }
}

/** Show our own acknowledged message at its number at once. It settles nothing: older entries may still be coming. */
export function acknowledge(thread: Thread, entry: Entry): Thread {
  if (thread.entries.some((other) => other.seq === entry.seq)) return thread
  return { ...thread, entries: placed(thread.entries, { ...entry, local: true }) }
}

/** Tell whether an unnamed live entry can only be the start of another session than this one. */
export function startsAnother(thread: Thread, entry: Entry, closed: boolean): boolean {
  if (entry.session_id) return thread.sessionId !== null && entry.session_id !== thread.sessionId
  if (!closed || entry.seq > thread.settled) return false
  const known = thread.entries.find((other) => other.seq === entry.seq)
  return !known || (known.id !== undefined && entry.id !== undefined && known.id !== entry.id)
}

export function deskRead(thread: Thread, seq: number): Thread {
  return seq > thread.deskRead ? { ...thread, deskRead: seq } : thread
}

/** Note a turn of the session after everything that is known by now. */
export function turn(thread: Thread, happened: Omit<Turn, 'after'>): Thread {
  return { ...thread, turns: [...thread.turns, { ...happened, after: thread.entries.at(-1)?.seq ?? 0 }] }
}

function placed(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const at = entries.findIndex((other) => other.seq >= entry.seq)
  if (at === -1) return [...entries, entry]
  const replaced = entries[at]?.seq === entry.seq ? 1 : 0
  return [...entries.slice(0, at), entry, ...entries.slice(at + replaced)]
}

function advanced(entries: readonly Entry[], settled: number): number {
  const known = new Set(entries.filter((entry) => !entry.local).map((entry) => entry.seq))
  while (known.has(settled + 1)) settled += 1
  return settled
}
