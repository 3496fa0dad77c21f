// Messages that the hub has not acknowledged yet. Pure: each keeps one client id for its whole life, so that the hub
// can tell a repeat from a new message however often it is sent.
import type { Attachment } from './types'

export interface Draft {
  readonly clientId: string
  readonly at: string
  readonly text: string
  readonly attachments: readonly Attachment[]
  readonly payload?: unknown
  readonly state: 'sending' | 'failed'
  readonly tries: number
  /** The hub's own words for a refusal, empty when it simply did not answer. */
  readonly reason: string
}

export type Outbox = readonly Draft[]

// Three unanswered tries on a standing connection take about half a minute; then the writer should know.
export const MAX_TRIES = 3

/** Return the message to send next: the oldest that has not failed. Order of writing is order of sending. */
export function next(outbox: Outbox): Draft | null {
  return outbox.find((draft) => draft.state === 'sending') ?? null
}

export function added(outbox: Outbox, draft: Draft): Outbox {
  return outbox.some((other) => other.clientId === draft.clientId) ? outbox : [...outbox, draft]
}

export function removed(outbox: Outbox, clientId: string): Outbox {
  return outbox.filter((draft) => draft.clientId !== clientId)
}

/** Note a try that got no answer; after the last one the message counts as failed until its writer retries it. */
export function unanswered(outbox: Outbox, clientId: string): Outbox {
  return changed(outbox, clientId, (draft) => {
    const tries = draft.tries + 1
    return { ...draft, tries, state: tries >= MAX_TRIES ? 'failed' : 'sending' }
  })
}

export function refused(outbox: Outbox, clientId: string, reason: string): Outbox {
  return changed(outbox, clientId, (draft) => ({ ...draft, state: 'failed', reason }))
}

export function retried(outbox: Outbox, clientId: string): Outbox {
  return changed(outbox, clientId, (draft) => ({ ...draft, state: 'sending', tries: 0, reason: '' }))
}

/** A new connection is a new chance: unanswered failures are sent again, refusals wait for their writer. */
export function revived(outbox: Outbox): Outbox {
  return outbox.map((draft) => (draft.reason === '' ? { ...draft, state: 'sending', tries: 0 } : draft))
}

/** The body of the `message.send` event. */
export function wire(draft: Draft): Record<string, unknown> {
  return {
    client_id: draft.clientId,
    ...(draft.text ? { text: draft.text } : {}),
    ...(draft.attachments.length ? { attachment_ids: draft.attachments.map((file) => file.id) } : {}),
    ...(draft.payload === undefined ? {} : { payload: draft.payload }),
  }
}

/** Read a stored draft back, or null when the storage holds something else. */
export function parse(stored: string): Draft | null {
  try {
    const draft = JSON.parse(stored) as Partial<Draft> | null
    if (typeof draft?.clientId !== 'string' || typeof draft.text !== 'string') return null
    if (!Array.isArray(draft.attachments) || typeof draft.at !== 'string') return null
    return { tries: 0, reason: '', ...draft, state: draft.state === 'failed' ? 'failed' : 'sending' } as Draft
  } catch {
    return null
  }
}

function changed(outbox: Outbox, clientId: string, change: (draft: Draft) => Draft): Outbox {
  return outbox.map((draft) => (draft.clientId === clientId ? change(draft) : draft))
}
