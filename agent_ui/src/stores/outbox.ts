// Sends what agents write, exactly once: kept in localStorage until the hub confirms, repeated with the same client_id.
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { hub } from '@/api/hub'
import { ApiError } from '@/api/http'
import { isMessage, type Attachment, type Entry, type OutgoingMessage } from '@/api/types'
import { backoffMs, parseStored, sendable, settle, type Outcome, type Pending } from '@/model/outbox'
import { useAuth } from './auth'
import { useLive } from './live'

export const useOutbox = defineStore('outbox', () => {
  const auth = useAuth()
  const live = useLive()
  const items = shallowRef<Pending[]>([])
  const busy = new Set<string>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let key = ''

  function save(): void {
    if (!key) return
    if (items.value.length) localStorage.setItem(key, JSON.stringify(items.value))
    else localStorage.removeItem(key)
  }

  function set(next: Pending[]): void {
    items.value = next
    save()
  }

  /** Take up what an earlier page of this agent left unsent. */
  function start(): void {
    key = `huike.outbox.${auth.agent?.id ?? ''}`
    items.value = parseStored(localStorage.getItem(key))
  }

  function stop(): void {
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    key = ''
    items.value = []
  }

  function of(sessionId: string): Pending[] {
    return items.value.filter((item) => item.sessionId === sessionId)
  }

  function say(sessionId: string, body: Omit<OutgoingMessage, 'client_id'>, attachments: Attachment[], at: string): void {
    const full = { ...body, client_id: crypto.randomUUID() }
    set([...items.value, { sessionId, at, body: full, attachments, state: 'sending', tries: 0, reason: null }])
    pump()
  }

  async function attempt(item: Pending): Promise<Outcome> {
    try {
      const entry = await hub.send(item.sessionId, item.body)
      confirm(item.sessionId, entry)
      return { kind: 'accepted' }
    } catch (error) {
      if (!(error instanceof ApiError) || error.unanswered) return { kind: 'unanswered' }
      if (error.status === 409 && error.is('thread-changed')) return { kind: 'thread-changed' }
      return { kind: 'refused', reason: error.problem.detail || error.problem.title || String(error.status) }
    }
  }

  function confirm(sessionId: string, entry: Entry): void {
    live.apply({ type: 'message.created', session_id: sessionId, data: { entry } })
  }

  /** Send whatever can be sent now: one message per session at a time, in order. */
  function pump(): void {
    for (const item of sendable(items.value, busy)) {
      const id = item.body.client_id
      if (timers.has(id)) continue
      busy.add(item.sessionId)
      void attempt(item).then((outcome) => {
        busy.delete(item.sessionId)
        set(settle(items.value, id, outcome))
        if (outcome.kind === 'unanswered') {
          timers.set(id, setTimeout(() => (timers.delete(id), pump()), backoffMs(item.tries + 1)))
        } else {
          pump()
        }
      })
    }
  }

  /** The connection is back: do not wait for the timers. */
  function hurry(): void {
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    pump()
  }

  function change(clientId: string, fields: Partial<Pending>): void {
    set(items.value.map((item) => (item.body.client_id === clientId ? { ...item, ...fields } : item)))
    pump()
  }

  function retry(clientId: string): void {
    change(clientId, { state: 'sending', reason: null })
  }

  function sendAnyway(clientId: string): void {
    const item = items.value.find((one) => one.body.client_id === clientId)
    if (item) change(clientId, { state: 'sending', body: { ...item.body, force: true } })
  }

  /** Take a message back that was not sent; returns it so that its text can go into the reply box again. */
  function withdraw(clientId: string): Pending | undefined {
    const item = items.value.find((one) => one.body.client_id === clientId)
    set(items.value.filter((one) => one.body.client_id !== clientId))
    pump()
    return item
  }

  // A confirmation can also come as an event, when the answer to our request was lost.
  live.onEffect((_effect, event) => {
    const entry = (event.data as { entry?: Entry } | null | undefined)?.entry
    if (!entry || !isMessage(entry) || !entry.client_id) return
    if (items.value.some((item) => item.body.client_id === entry.client_id)) {
      set(settle(items.value, entry.client_id, { kind: 'accepted' }))
    }
  })
  watch(
    () => auth.signedIn,
    (signedIn) => !signedIn && stop(),
  )

  return { items, of, say, start, stop, hurry, retry, sendAnyway, withdraw }
})
