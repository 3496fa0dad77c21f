// Sends what was written: one message at a time, in order, each under its own client id, stored until acknowledged.
// A message can be sent twice but never counts twice, and never disappears without its writer being told.
import * as outbox from '../model/outbox'
import type { Draft } from '../model/outbox'
import type { Entry } from '../model/types'
import type { Connection } from './connection'
import type { ChatState } from './state'
import type { Storage } from './storage'

const key = 'out:'

export interface Sender {
  send(draft: Draft): void
  retry(clientId: string): void
  discard(clientId: string): void
  /** The hub showed us this message: whatever its acknowledgement did, it has arrived. */
  arrived(clientId: string): void
  /** A fresh connection: send everything that may be sent. */
  resume(): void
  forget(): void
}

export function createSender(
  state: ChatState,
  store: Storage,
  connection: () => Connection,
  acknowledged: (entry: Entry) => void,
): Sender {
  let busy = false
  let timer: ReturnType<typeof setTimeout> | undefined

  for (const name of store.names(key).sort()) {
    const draft = outbox.parse(store.get(name) ?? '')
    if (draft) state.outbox = outbox.added(state.outbox, draft)
    else store.remove(name)
  }

  function keep(box: outbox.Outbox): void {
    for (const draft of state.outbox) if (!box.includes(draft)) store.remove(key + draft.clientId)
    for (const draft of box) if (!state.outbox.includes(draft)) store.set(key + draft.clientId, JSON.stringify(draft))
    state.outbox = box
  }

  async function pump(): Promise<void> {
    if (busy) return
    busy = true
    clearTimeout(timer)
    try {
      for (let draft = ready(); draft; draft = ready()) if (!(await attempt(draft))) break
    } finally {
      busy = false
    }
  }

  function ready(): Draft | null {
    return state.link === 'online' && connection().connected ? outbox.next(state.outbox) : null
  }

  /** Return whether the next message may follow at once. */
  async function attempt(draft: Draft): Promise<boolean> {
    try {
      const ack = await connection().ask('message.send', outbox.wire(draft))
      if (ack.ok) {
        keep(outbox.removed(state.outbox, draft.clientId))
        acknowledged(entryOf(draft, ack))
        return true
      }
      if (ack.error.retry_after !== undefined) return pause(ack.error.retry_after)
      keep(outbox.refused(state.outbox, draft.clientId, ack.error.detail || ack.error.type))
      return true
    } catch {
      // On a broken line the message simply waits; on a standing one silence counts against it.
      if (connection().connected) keep(outbox.unanswered(state.outbox, draft.clientId))
      return connection().connected
    }
  }

  function pause(seconds: number): boolean {
    timer = setTimeout(() => void pump(), Math.min(Math.max(seconds, 0.5), 60) * 1000)
    return false
  }

  return {
    send(draft) {
      keep(outbox.added(state.outbox, draft))
      void pump()
    },
    retry(clientId) {
      keep(outbox.retried(state.outbox, clientId))
      void pump()
    },
    discard: (clientId) => keep(outbox.removed(state.outbox, clientId)),
    arrived: (clientId) => keep(outbox.removed(state.outbox, clientId)),
    resume() {
      keep(outbox.revived(state.outbox))
      void pump()
    },
    forget: () => keep([]),
  }
}

function entryOf(draft: Draft, ack: Record<string, unknown>): Entry {
  const attachments = [...draft.attachments]
  return {
    seq: Number(ack['seq']),
    id: String(ack['id']),
    at: draft.at,
    kind: 'message',
    direction: 'in',
    client_id: draft.clientId,
    content: { type: attachments.length ? 'file' : 'text', text: draft.text, attachments },
    delivery: { state: 'sent' },
  }
}
