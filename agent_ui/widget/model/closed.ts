// Whether to tell the visitor that nobody is there, and what to offer instead. Pure.
import type { Hours, SessionNotice } from './types'

export interface Closed {
  opensAt: string | null
  callback: boolean
  hasContact: boolean
}

/** What a closed desk means for this visitor; null while somebody (a bot, too) is there or the wait goes on as usual. */
export function closedFor(hours: Hours | null, session: SessionNotice | null, hasBot: boolean): Closed | null {
  const offline = session?.offline
  if (offline) return { opensAt: offline.opens_at, callback: offline.action === 'callback', hasContact: offline.has_contact }
  if (!hours || hours.open || hours.action === 'keep') return null
  const fresh = !session || session.state === 'closed'
  if (!fresh || hasBot) return null
  return { opensAt: hours.opens_at, callback: hours.action === 'callback', hasContact: false }
}
