// What the agent has said that the hub has not confirmed yet. Pure rules; the store keeps the list and does the sending.
// One client_id is made per message and never changes, so a message sent again after a lost answer lands once.
import type { Attachment, OutgoingMessage } from '@/api/types'

export type PendingState = 'sending' | 'failed' | 'conflict'

export interface Pending {
  sessionId: string
  at: string
  body: OutgoingMessage
  attachments: Attachment[]
  state: PendingState
  tries: number
  reason: string | null
}

export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'thread-changed' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unanswered' }

/** The list after one attempt. Accepted messages leave it; an unanswered one stays and will be sent again. */
export function settle(list: readonly Pending[], clientId: string, outcome: Outcome): Pending[] {
  if (outcome.kind === 'accepted') return list.filter((item) => item.body.client_id !== clientId)
  return list.map((item) => {
    if (item.body.client_id !== clientId) return item
    const tries = item.tries + 1
    switch (outcome.kind) {
      case 'thread-changed':
        return { ...item, tries, state: 'conflict', reason: null }
      case 'refused':
        return { ...item, tries, state: 'failed', reason: outcome.reason }
      case 'unanswered':
        return { ...item, tries, state: 'sending', reason: null }
    }
  })
}

/** The next message to send for each session: the oldest, and only when nothing before it waits for the agent. */
export function sendable(list: readonly Pending[], busy: ReadonlySet<string>): Pending[] {
  const heads = new Map<string, Pending>()
  for (const item of list) if (!heads.has(item.sessionId)) heads.set(item.sessionId, item)
  return [...heads.values()].filter((item) => item.state === 'sending' && !busy.has(item.sessionId))
}

/** Wait before the next try, in milliseconds: 1 s doubling to 15 s. */
export function backoffMs(tries: number): number {
  return Math.min(15_000, 1000 * 2 ** Math.max(0, tries - 1))
}

/** Read a stored list; anything unreadable counts as empty, never as an error. */
export function parseStored(raw: string | null): Pending[] {
  if (!raw) return []
  try {
    const list = JSON.parse(raw) as Pending[]
    if (!Array.isArray(list)) return []
    return list.filter((item) => typeof item?.body?.client_id === 'string' && typeof item.sessionId === 'string')
  } catch {
    return []
  }
}
