// What a change of the session means to its visitor. Pure; the hub's own steps (offers, time-outs) stay out of sight.
import type { SessionNotice, SessionState } from './types'

export type Line = 'joined' | 'handoff' | 'transferred' | 'closed' | 'bot'

export interface Turn {
  line: Line
  name: string
  /** It stands after the entry with this number. */
  after: number
}

/** Wrap-up is the agent's: to the visitor the conversation is over, though writing takes it up again. */
export function isOver(state: SessionState | undefined): boolean {
  return state === 'closed' || state === 'wrap_up'
}

/** Offers and their time-outs are the desk's: to the visitor it is one wait. */
export function isWaiting(state: SessionState | undefined): boolean {
  return state === 'queued' || state === 'offered'
}

/** Return what to say about a change, or null when it needs no words: a state that we only find needs none either. */
export function lineBetween(before: SessionNotice | null, after: SessionNotice): Line | null {
  const from = before?.id === after.id ? before.state : undefined
  if (isOver(after.state)) return isOver(from) || !from ? null : 'closed'
  if (after.state === 'active') {
    const same = before?.holder.id === after.holder.id && (from === 'active' || from === 'wrap_up')
    return same || !from ? null : 'joined'
  }
  if (after.state === 'bot') return from && from !== 'bot' ? 'bot' : null
  if (from === 'bot') return 'handoff'
  return from === 'active' || from === 'wrap_up' ? 'transferred' : null
}
