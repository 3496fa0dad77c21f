// The conversations of earlier days, read over REST when a known visitor comes back and asks for them.
import { fill, newThread, type Thread } from '../../model/thread'
import type { Entry } from '../../model/types'
import { fetchRange, get } from '../rest'
import type { ChatState } from '../state'

export interface Past {
  /** Find earlier conversations; `resume` shows the newest at once when it ended within the last day. */
  look(resume: boolean): Promise<void>
  load(): Promise<void>
  /** Read one entry again: links to its files live only for a while. */
  freshen(entry: Entry): Promise<void>
}

interface PastSession {
  id: string
  state: string
  created_at: string
  closed_at: string | null
}

// Somebody who comes back within a day may still want to rate.
const RECENT_MS = 86_400_000

export function createPast(state: ChatState, token: () => string | null): Past {
  // Newest first, as the hub lists them.
  let sessions: PastSession[] = []

  function begun(): boolean {
    return state.session !== null || state.outbox.length > 0 || state.thread.entries.length > 0
  }

  function unseen(): PastSession[] {
    const shown = new Set([state.thread.sessionId, ...state.past.map((thread) => thread.sessionId)])
    return sessions.filter((session) => !shown.has(session.id))
  }

  return {
    async look(resume) {
      const bearer = token()
      if (!bearer) return
      try {
        sessions = (await get<{ items: PastSession[] }>('/visitor/sessions?limit=50', bearer)).items
        const [last] = unseen()
        const ended = Date.parse(last?.closed_at ?? '')
        if (resume && last && Date.now() - ended < RECENT_MS && !begun()) {
          const range = await fetchRange(last.id, 0, bearer)
          state.thread = fill(newThread(last.id), range)
          state.readSeq = state.thread.settled
          state.session = { id: last.id, state: 'closed', holder: { kind: 'none' } }
        }
        state.earlier = unseen().length ? 'some' : 'none'
      } catch {
        state.earlier = 'unknown'
      }
    },
    async load() {
      const session = unseen()[0]
      const bearer = token()
      if (!session || !bearer || state.earlier === 'loading') return
      state.earlier = 'loading'
      try {
        const range = await fetchRange(session.id, 0, bearer)
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
        const range = await fetchRange(home.sessionId, entry.seq - 1, bearer)
        const renewed = (thread: Thread): Thread => (thread.sessionId === home.sessionId ? fill(thread, range) : thread)
        state.thread = renewed(state.thread)
        state.past = state.past.map(renewed)
      } catch {
        // The old link stays; opening it will say what is wrong.
      }
    },
  }
}
