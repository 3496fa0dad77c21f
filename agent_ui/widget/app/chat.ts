// The conversation of one visitor: joins socket, storage and screen. Decisions about numbers and repeats are in model/.
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue'
import { closedFor, type Closed } from '../model/closed'
import { acknowledge, amend, deskRead, newThread, receive, startsAnother, turn } from '../model/thread'
import { lineBetween } from '../model/turns'
import type { Ack, Attachment, Entry, Hours, QueuePlace, SessionNotice, Speaker, Welcome } from '../model/types'
import { uuid7 } from '../model/uuid7'
import type { Person } from '../shared/protocol'
import { openConnection, type Refusal } from './connection'
import { createHistory } from './history'
import { locale } from './i18n'
import { fetchLater } from './later'
import type { Past } from './later/past'
import { createManners } from './manners'
import * as rest from './rest'
import { createSender } from './sender'
import { createState, type ChatState } from './state'
import { openStorage, type Storage } from './storage'

// How long to leave a hub alone that said it is busy.
const BUSY_S = 5

export interface Outside {
  /** Tell the host page that something happened. */
  event(name: string, detail: Record<string, unknown>): void
}

export interface Chat {
  readonly state: ChatState
  readonly store: Storage
  start(): void
  connect(): void
  token(): string | null
  send(text: string, attachments?: Attachment[], payload?: unknown): void
  retry(clientId: string): void
  discard(clientId: string): void
  human(): Promise<void>
  rate(score: number, comment: string): Promise<boolean>
  callback(contact: string, wish: string): Promise<boolean>
  again(): void
  loadEarlier(): Promise<void>
  freshen(entry: Entry): Promise<void>
  writing(active: boolean): void
  seen(): void
  identify(person: Person): void
  forget(): void
}

const chatKey: InjectionKey<Chat> = Symbol('chat')
export { chatKey }

export function useChat(): Chat {
  const chat = inject(chatKey)
  if (!chat) throw new Error('no chat above this component')
  return chat
}

/** What a closed desk means for this visitor; null while somebody is there. */
export function useClosed(): ComputedRef<Closed | null> {
  const { state } = useChat()
  return computed(() => closedFor(state.hours, state.session, state.bot !== null))
}

export function createChat(channel: string, outside: Outside): Chat {
  const state = createState()
  const store = openStorage(channel)
  let person: Person | null = null

  const connection = openConnection({ auth, heard, lost, refused })
  const sender = createSender(state, store, () => connection, acknowledged)
  const history = createHistory(state, () => store.get('token'))
  let past: Past | null = null
  const manners = createManners(state, store, connection)
  state.sound = store.get('sound') === '1'
  state.large = store.get('large') === '1'

  function auth(): Record<string, unknown> {
    const token = store.get('token')
    return {
      channel_id: channel,
      ...(token ? { visitor_token: token } : {}),
      since: state.thread.sessionId ? state.thread.settled : 0,
      ...(person ? { identity: person } : {}),
      locale: locale.value,
    }
  }

  function connect(): void {
    if (state.link === 'idle' || state.link === 'refused') state.link = 'connecting'
    connection.connect()
  }

  function lost(): void {
    state.typing = null
    if (state.link !== 'refused') state.link = state.known ? 'offline' : 'connecting'
  }

  function refused(refusal: Refusal): number | null {
    const { code } = (refusal.data ?? {}) as { code?: unknown }
    if (code === 'unavailable' || code === 'rate-limited') return BUSY_S
    // A token that the hub no longer knows is worth nothing; a visitor without one is always welcome.
    if (!person && store.get('token')) {
      store.remove('token')
      return 0
    }
    state.link = 'refused'
    outside.event('error', { type: person ? 'identity' : 'refused', detail: refusal.message })
    return null
  }

  function heard(event: string, data: unknown): void {
    if (typeof data !== 'object' || data === null) return
    if (event === 'welcome') welcomed(data as Welcome)
    else if (event === 'message') arrived(data as Entry)
    else if (event === 'message.updated') state.thread = amend(state.thread, data as Entry)
    else if (event === 'session') turned(data as SessionNotice)
    else if (event === 'queue') state.place = data as QueuePlace
    else if (event === 'hours') state.hours = data as Hours
    else if (event === 'typing') manners.heardTyping(data as { author: Speaker; typing: boolean })
  }

  function welcomed(welcome: Welcome): void {
    const returning = store.get('token') !== null
    store.set('token', welcome.visitor_token)
    const { channel: card, bot } = welcome
    if (card) state.channel = { name: card.name || state.channel.name, theme: card.theme ?? state.channel.theme }
    state.greeting = welcome.greeting ?? state.greeting
    state.bot = bot ? { name: bot.name ?? '' } : null
    state.hours = welcome.hours ?? null
    state.asking = false
    state.link = 'online'
    state.known = true
    const { sessionId } = state.thread
    if (welcome.session) turned(welcome.session)
    else if (sessionId) turned({ id: sessionId, state: 'closed', holder: { kind: 'none' } })
    state.rating = welcome.rating?.score ?? null
    state.canRate = welcome.can_rate ?? false
    if (!welcome.session || welcome.last_seq > state.thread.settled) history.catchUp()
    sender.resume()
    if (!returning || state.earlier !== 'unknown') return
    const resume = sessionId === null && state.canRate && state.rating === null
    // Without it the next welcome asks again.
    earlier().then((found) => found.look(resume), () => undefined)
  }

  async function earlier(): Promise<Past> {
    const { createPast } = await fetchLater()
    return (past ??= createPast(state, () => store.get('token')))
  }

  /** Make a session the current one; what was current stays on the screen above it. */
  function enter(id: string | null): void {
    const { thread } = state
    if (thread.sessionId === id) return
    if (thread.sessionId === null && id !== null && thread.entries.length > 0) {
      state.thread = { ...thread, sessionId: id }
    } else {
      const known = state.past.find((past) => past.sessionId === id)
      state.past = [...state.past.filter((past) => past !== known), ...(thread.entries.length ? [thread] : [])]
      state.thread = known ?? newThread(id)
    }
    manners.recallRead()
    if (id && state.link === 'online') history.catchUp()
  }

  function arrived(entry: Entry): void {
    if (startsAnother(state.thread, entry, state.session?.state === 'closed')) enter(entry.session_id ?? null)
    const { thread, arrival } = receive(state.thread, entry)
    state.thread = thread
    if (entry.client_id) sender.arrived(entry.client_id)
    if (arrival === 'repeat') return
    if (arrival === 'gap') history.catchUp()
    if (entry.kind !== 'message' || entry.direction !== 'out') return
    state.typing = null
    manners.newFromOthers(entry)
    outside.event('message', { id: entry.id, author: entry.author, text: entry.content?.text ?? '' })
  }

  function acknowledged(entry: Entry): void {
    const closed = state.session?.state === 'closed'
    if (startsAnother(state.thread, entry, closed)) enter(null)
    state.thread = acknowledge(state.thread, entry)
  }

  function turned(notice: SessionNotice): void {
    const before = state.session
    enter(notice.id)
    if (before?.id !== notice.id) state.rating = null
    const line = lineBetween(before, notice)
    state.thread = deskRead(state.thread, notice.read_seq ?? 0)
    if (line) state.thread = turn(state.thread, { line, name: notice.holder.name ?? '' })
    state.session = notice
    state.asking = false
    state.problem = ''
    if (notice.state !== 'queued') state.place = null
    if (line !== 'closed') return
    state.canRate = true
    outside.event('closed', { session_id: notice.id })
  }

  async function ask(event: string, body: Record<string, unknown>): Promise<Ack> {
    try {
      return await connection.ask(event, body)
    } catch {
      return { ok: false, error: { type: 'unavailable' } }
    }
  }

  return {
    state,
    store,
    connect,
    token: () => store.get('token'),
    start() {
      manners.begin(() => history.catchUp())
      void rest.fetchChannel(channel).then(
        (card) => {
          state.channel = { name: card.name, theme: card.theme ?? null }
          state.greeting ||= card.greeting ?? ''
        },
        // The welcome brings the same facts.
        () => undefined,
      )
      // Whoever wrote before may have an answer waiting; others are connected when they open the chat.
      if (store.get('token') || state.outbox.length) connect()
    },
    send(text, attachments = [], payload) {
      if (state.session?.state === 'closed') this.again()
      const random = crypto.getRandomValues(new Uint8Array(10))
      const now = Date.now()
      const at = new Date(now).toISOString()
      sender.send({ clientId: uuid7(now, random), at, text, attachments, payload, state: 'sending', tries: 0, reason: '' })
      manners.writing(false)
    },
    retry: sender.retry,
    discard: sender.discard,
    async human() {
      state.asking = true
      state.problem = ''
      const ack = await ask('human', {})
      if (ack.ok) return
      state.asking = false
      state.problem = 'error.human'
    },
    async rate(score, comment) {
      const ack = await ask('rate', { score, comment })
      if (ack.ok) state.rating = score
      return ack.ok
    },
    async callback(contact, wish) {
      const ack = await ask('callback', { contact, wish })
      if (ack.ok) turned(ack.session as SessionNotice)
      return ack.ok
    },
    again() {
      enter(null)
      state.session = null
      state.canRate = false
      state.rating = null
    },
    loadEarlier: async () => (await earlier()).load(),
    freshen: async (entry) => (await earlier()).freshen(entry),
    writing: manners.writing,
    seen: manners.seen,
    identify(said) {
      const { token, id, hash, name, email, phone } = said
      const who = token ? { token } : { id, hash, name, email, phone }
      if (JSON.stringify(who) === JSON.stringify(person)) return
      person = who
      // Another person's history may follow: everything shown is read afresh.
      state.thread = newThread(null)
      state.past = []
      state.earlier = 'unknown'
      if (state.link === 'idle') return
      state.link = 'connecting'
      connection.renew()
    },
    forget() {
      person = null
      connection.leave()
      sender.forget()
      for (const name of store.names('')) if (name !== 'sound' && name !== 'large') store.remove(name)
      const { channel: card, open, full, sound, large } = state
      Object.assign(state, createState(), { channel: card, open, full, sound, large })
      if (open) connect()
    },
  }
}

