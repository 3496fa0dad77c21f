// Small signs between people: who is typing, what has been read, what is still unread, and a soft sound.
import type { Entry, Speaker } from '../model/types'
import type { Connection } from './connection'
import { fetchLater } from './later'
import type { ChatState } from './state'
import type { Storage } from './storage'

export interface Manners {
  begin(poll: () => void): void
  writing(active: boolean): void
  heardTyping(sign: { author: Speaker; typing: boolean }): void
  newFromOthers(entry: Entry): void
  /** Load how far this visitor had read the current session. */
  recallRead(): void
  /** The newest message is on the screen and the chat is open. */
  seen(): void
}

// A sign of typing is repeated while it goes on and believed for a little longer than that.
const TYPING_EVERY_MS = 3_000
const TYPING_LASTS_MS = 6_000
// The bus may lose a push; a quiet question now and then finds what it lost (channels: 30–60 s).
const POLL_MS = 45_000

export function createManners(state: ChatState, store: Storage, connection: Connection): Manners {
  let told = 0
  let idle: ReturnType<typeof setTimeout> | undefined
  let expiry: ReturnType<typeof setTimeout> | undefined

  function newest(): number {
    return state.thread.entries.findLast((entry) => entry.direction === 'out')?.seq ?? 0
  }

  function seen(): void {
    const seq = newest()
    if (!state.open || document.visibilityState !== 'visible' || seq <= state.readSeq) return
    state.readSeq = seq
    if (!state.thread.sessionId) return
    store.set('read', JSON.stringify([state.thread.sessionId, seq]))
    connection.tell('read', { seq })
  }

  function writing(active: boolean): void {
    clearTimeout(idle)
    if (active) idle = setTimeout(() => writing(false), TYPING_LASTS_MS)
    if (active && Date.now() - told < TYPING_EVERY_MS) return
    if (!active && told === 0) return
    told = active ? Date.now() : 0
    connection.tell('typing', { typing: active })
  }

  return {
    begin(poll) {
      setInterval(() => {
        if (state.link === 'online' && document.visibilityState === 'visible') poll()
      }, POLL_MS)
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState !== 'visible') return
        if (state.link === 'online') poll()
        seen()
      })
    },
    writing,
    heardTyping({ author, typing }) {
      clearTimeout(expiry)
      state.typing = typing && author.kind !== 'customer' ? author : null
      if (typing) expiry = setTimeout(() => (state.typing = null), TYPING_LASTS_MS)
    },
    newFromOthers(entry) {
      const watching = state.open && document.visibilityState === 'visible' && document.hasFocus()
      if (state.sound && !watching && entry.author?.kind !== 'system') fetchLater().then((later) => later.chime(), () => undefined)
    },
    recallRead() {
      const [session, seq] = JSON.parse(store.get('read') ?? '[]') as [string?, number?]
      state.readSeq = session && session === state.thread.sessionId ? (seq ?? 0) : 0
    },
    seen,
  }
}
