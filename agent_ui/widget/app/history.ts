// Reads ranges of timelines over REST: what a gap may have swallowed, and the conversations of earlier days.
import { fill, newThread, type Thread } from '../model/thread'
import type { Entry } from '../model/types'
import * as rest from './rest'
import type { ChatState } from './state'

export interface History {
  /** Ask soon for everything after the settled number; many calls in a moment make one request. */
  catchUp(): void
  /** Find earlier conversations; `resume` shows the newest at once when it ended within the last day. */
  lookForEarlier(resume: boolean): Promise<void>
  loadEarlier(): Promise<void>
  /** Read one entry again: links to its files live only for a while. */
  freshen(entry: Entry): Promise<void>
}

// Long enough for the echo of our own message to arrive first, which makes most requests needless.
const SOON_MS = 350
const AGAIN_MS = 5_000
// Somebody who comes back within a day may still want to rate.
const RECENT_MS = 86_400_000

export function createHistory(state: ChatState, token: () => string | null): History {
  let timer: ReturnType<typeof setTimeout> | undefined
  let sessions: rest.PastSession[] = []

  async function fetchMissing(): Promise<void> {
    const { sessionId, settled } = state.thread
    const bearer = token()
    if (!sessionId || !bearer || state.link !== 'online') return
    try {
      const range = await rest.fetchRange(sessionId, settled, bearer)
      if (state.thread.sessionId === sessionId) state.thread = fill(state.thread, range)
    } catch (error) {
      // A refusal will not change by asking again; a bad moment will.
      const passing = !(error instanceof rest.Problem) || error.status >= 500 || error.status === 429
      if (passing) timer = setTimeout(() => void fetchMissing(), AGAIN_MS)
    }
  }

  async function lookForEarlier(resume: boolean): Promise<void> {
    const bearer = token()
    if (!bearer) return
    try {
      sessions = await rest.fetchSessions(bearer)
      const [last] = unseen()
      const ended = Date.parse(last?.closed_at ?? '')
      if (resume && last && Date.now() - ended < RECENT_MS && !begun()) {
        const range = await rest.fetchRange(last.id, 0, bearer)
        state.thread = fill(newThread(last.id), range)
        state.readSeq = state.thread.settled
        state.session = { id: last.id, state: 'closed', holder: { kind: 'none' } }
      }
      state.earlier = unseen().length ? 'some' : 'none'
    } catch {
      state.earlier = 'unknown'
    }
  }

  function begun(): boolean {
    return state.session !== null || state.outbox.length > 0 || state.thread.entries.length > 0
  }

  function unseen(): rest.PastSession[] {
    const shown = new Set([state.thread.sessionId, ...state.past.map((thread) => thread.sessionId)])
    return sessions.filter((session) => !shown.has(session.id))
  }

  return {
    catchUp() {
      clearTimeout(timer)
      timer = setTimeout(() => void fetchMissing(), SOON_MS)
    },
    lookForEarlier,
    async loadEarlier() {
      const session = unseen()[0]
      const bearer = token()
      if (!session || !bearer || state.earlier === 'loading') return
      state.earlier = 'loading'
      try {
        const range = await rest.fetchRange(session.id, 0, bearer)
        state.past = [fill(newThread(session.id), range), ...state.past]
        state.earlier = unseen().length ? 'some' : 'none'
      } catch {
        state.earlier = 'failed'
      }
    },
    async freshen(entry) {
      const home = [state.thread, ...state.past].find((thread) => thread.entries.includes(entry))
      const bearer = token()
      if (!home?.sessionId || !bearer) return
      try {
        const range = await rest.fetchRange(home.sessionId, entry.seq - 1, bearer)
        const renewed = (thread: Thread): Thread => (thread.sessionId === home.sessionId ? fill(thread, range) : thread)
        state.thread = renewed(state.thread)
        state.past = state.past.map(renewed)
      } catch {
        // The old link stays; opening it will say what is wrong.
      }
    },
  }
}
