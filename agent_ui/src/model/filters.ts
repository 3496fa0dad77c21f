// Which sessions stand in which list, and in which order. Pure.
import type { Role, Session, SessionState } from '@/api/types'

export type ListName = 'mine' | 'queue' | 'all' | 'closed'

export const OPEN_STATES: readonly SessionState[] = ['bot', 'queued', 'offered', 'active', 'wrap_up']

export function seesAll(roles: readonly Role[]): boolean {
  return roles.some((role) => role === 'admin' || role === 'supervisor' || role === 'auditor')
}

/** Auditors read and never write. */
export function mayWrite(roles: readonly Role[]): boolean {
  return roles.some((role) => role === 'admin' || role === 'supervisor' || role === 'agent')
}

/** Who finds the bots' studio in the console. */
export function teaches(roles: readonly Role[]): boolean {
  return seesAll(roles) || roles.includes('trainer')
}

/** Customers' sessions are for everybody but those who only train. */
export function servesOrSees(roles: readonly Role[]): boolean {
  return seesAll(roles) || roles.includes('agent')
}

export function listNames(roles: readonly Role[]): ListName[] {
  return seesAll(roles) ? ['mine', 'queue', 'all', 'closed'] : ['mine', 'queue', 'closed']
}

export function isHeldBy(session: Session, agentId: string): boolean {
  return session.holder.kind === 'agent' && session.holder.id === agentId
}

/** An offer that still stands for this agent. While a transfer is offered, the session stays active with its holder. */
export function isOfferedTo(session: Session, agentId: string, nowMs: number): boolean {
  const { offer, state } = session
  if (offer?.agent_id !== agentId || (state !== 'offered' && state !== 'active')) return false
  return Date.parse(offer.expires_at) > nowMs
}

export function belongsTo(list: ListName, session: Session, agentId: string): boolean {
  switch (list) {
    case 'mine':
      return isHeldBy(session, agentId) && (session.state === 'active' || session.state === 'wrap_up')
    case 'queue':
      return session.state === 'queued' || session.state === 'offered'
    case 'all':
      return session.state !== 'closed'
    case 'closed':
      return session.state === 'closed'
  }
}

/** The query of the first fetch of a list. */
export function listQuery(list: ListName, everyone: boolean): Record<string, string> {
  switch (list) {
    case 'mine':
      return { agent_id: 'me', state: 'offered,active,wrap_up' }
    case 'queue':
      return { state: everyone ? 'queued,offered' : 'queued' }
    case 'all':
      return { state: OPEN_STATES.join(',') }
    case 'closed':
      // Nobody holds a closed session; the hub shows agents the ones that they have served.
      return { state: 'closed' }
  }
}

export function activityAt(session: Session): number {
  return Date.parse(session.last_message_at ?? session.closed_at ?? session.created_at)
}

/** The queue is in the order in which people will be served; the other lists show the newest activity first. */
export function compareIn(list: ListName): (a: Session, b: Session) => number {
  if (list === 'queue') {
    return (a, b) =>
      (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER) ||
      Date.parse(a.queued_at ?? a.created_at) - Date.parse(b.queued_at ?? b.created_at) ||
      (a.id < b.id ? -1 : 1)
  }
  return (a, b) => activityAt(b) - activityAt(a) || (a.id < b.id ? -1 : 1)
}

export function listOf(sessions: Iterable<Session>, list: ListName, agentId: string): Session[] {
  const chosen: Session[] = []
  for (const session of sessions) if (belongsTo(list, session, agentId)) chosen.push(session)
  return chosen.sort(compareIn(list))
}

/** Since when the customer waits for a person's word, or null when the last word is ours. */
export function waitingSince(session: Session): string | null {
  if (session.state === 'queued' || session.state === 'offered') return session.queued_at ?? session.created_at
  if (session.state !== 'active') return null
  const last = session.last_message
  if (!last || last.author_kind !== 'customer') return null
  return last.at
}

export type Urgency = 'calm' | 'soon' | 'late'

/** Two minutes without an answer asks for attention, five are late. */
export function urgencyOf(waitedS: number): Urgency {
  if (waitedS >= 300) return 'late'
  return waitedS >= 120 ? 'soon' : 'calm'
}

/** Neighbour of the selected row for next/previous; wraps at the ends, starts at the top. */
export function neighbour(ids: readonly string[], current: string | null, step: 1 | -1): string | null {
  if (ids.length === 0) return null
  const at = current === null ? -1 : ids.indexOf(current)
  if (at < 0) return (step === 1 ? ids[0] : ids[ids.length - 1]) ?? null
  return ids[(at + step + ids.length) % ids.length] ?? null
}
