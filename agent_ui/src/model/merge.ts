// Builds the console's state from the event stream. Pure: the same events in any interleaving with fetches give the
// same state, because a session is replaced only by a newer version and an entry is keyed by its seq.
import type { Entry, MessageEntry, Session, StreamEvent } from '@/api/types'
import { isMessage } from '@/api/types'
import { newTimeline, upsertEntry, type Timeline } from './timeline'

export interface State {
  sessions: Map<string, Session>
  timelines: Map<string, Timeline>
}

export interface Effect {
  /** The session whose record changed. */
  changed?: string
  /** Sessions whose timeline has a hole or a tail that only a fetch can fill. */
  behind?: string
  /** An entry that was not known before (for notices and the outbox). */
  added?: Entry
  /** Sessions we heard a message of without ever having seen their record. */
  unknown?: string
}

export function newState(): State {
  return { sessions: new Map(), timelines: new Map() }
}

/** Keep the newer of two records of one session. Returns true when the state changed. */
export function putSession(state: State, session: Session): boolean {
  const known = state.sessions.get(session.id)
  if (known && known.version > session.version) return false
  if (known && known.version === session.version && known.last_seq > session.last_seq) return false
  state.sessions.set(session.id, known ? keepFigures(known, session) : session)
  return true
}

// Events carry no queue figures; those from a fetch or from queue.updated stand until the session leaves the queue.
function keepFigures(known: Session, session: Session): Session {
  if (session.state !== 'queued' || session.position !== null || known.state !== 'queued') return session
  return { ...session, position: known.position, estimated_wait_s: known.estimated_wait_s }
}

/** Add fetched entries to a timeline; entries already known are replaced only by themselves (same seq). */
export function putEntries(state: State, sessionId: string, entries: readonly Entry[], after: number): Timeline {
  const timeline = state.timelines.get(sessionId) ?? newTimeline(after)
  state.timelines.set(sessionId, timeline)
  for (const entry of entries) upsertEntry(timeline, entry, 'fetch')
  timeline.from = Math.min(timeline.from, after)
  return timeline
}

/** Text of a message for a one-line preview. */
export function previewOf(entry: MessageEntry): string {
  const { text, title, attachments } = entry.content
  return text || title || attachments?.[0]?.name || ''
}

// A message event may come without the session record that goes with it. The fields below are derived from the entry
// alone and guarded by seq, so that the record that follows (newer version) always wins.
function advance(session: Session, entry: Entry): Session {
  if (entry.seq <= session.last_seq) return session
  const next = { ...session, last_seq: entry.seq }
  if (!isMessage(entry)) return next
  next.last_message_at = entry.at
  if (!entry.note) {
    next.last_message = {
      text: previewOf(entry),
      author_kind: entry.author.kind,
      at: entry.at,
      type: entry.content.type,
    }
  }
  if (entry.direction === 'in') next.unread = session.unread + 1
  return next
}

function sessionIn(data: unknown): Session | null {
  const session = (data as { session?: Session } | null)?.session
  return session && typeof session.id === 'string' ? session : null
}

function entryIn(data: unknown): Entry | null {
  const entry = (data as { entry?: Entry } | null)?.entry
  return entry && typeof entry.seq === 'number' ? entry : null
}

/** Apply one event; unknown types change nothing. The same event applied twice changes nothing the second time. */
export function applyEvent(state: State, event: StreamEvent): Effect {
  const effect: Effect = {}
  if (event.type.startsWith('session.')) {
    const session = sessionIn(event.data)
    if (session) {
      const offer = (event.data as { offer?: Session['offer'] }).offer
      if (putSession(state, offer && !session.offer ? { ...session, offer } : session)) effect.changed = session.id
      const timeline = state.timelines.get(session.id)
      if (timeline && session.last_seq > timeline.to) effect.behind = session.id
    }
  }
  if (event.type.startsWith('session.') || event.type === 'message.created' || event.type === 'message.updated') {
    const entry = entryIn(event.data)
    // The word that a message was written may come after the word of what became of it: the answer to our own request
    // overtakes nothing.
    if (entry && event.session_id) applyEntry(state, event.session_id, entry, effect, event.type === 'message.created' ? 'fetch' : 'event')
  }
  return effect
}

function applyEntry(state: State, sessionId: string, entry: Entry, effect: Effect, source: 'event' | 'fetch'): void {
  const timeline = state.timelines.get(sessionId)
  const session = state.sessions.get(sessionId)
  if (!session) effect.unknown = sessionId
  const isNew = timeline ? !timeline.bySeq.has(entry.seq) : session ? entry.seq > session.last_seq : true
  if (isNew) effect.added = entry
  if (timeline) {
    if (entry.seq > timeline.to + 1) {
      effect.behind = sessionId
    } else if (entry.seq > timeline.from) {
      upsertEntry(timeline, entry, source)
      if (effect.behind === sessionId && session && session.last_seq <= timeline.to) delete effect.behind
    }
  }
  if (session) {
    const next = advance(session, entry)
    if (next !== session) {
      state.sessions.set(sessionId, next)
      effect.changed = sessionId
    }
  }
}

/** Forget sessions of a list that a full fetch no longer shows (another agent took them and we were not told). */
export function dropMissing(state: State, fetched: ReadonlySet<string>, belongs: (session: Session) => boolean): void {
  for (const [id, session] of state.sessions) {
    if (belongs(session) && !fetched.has(id)) state.sessions.delete(id)
  }
}
