// Asks over REST for what a gap in the current session may have swallowed. Earlier conversations are in later/past.ts.
import { fill } from '../model/thread'
import * as rest from './rest'
import type { ChatState } from './state'

export interface History {
  /** Ask soon for everything after the settled number; many calls in a moment make one request. */
  catchUp(): void
}

// Long enough for the echo of our own message to arrive first, which makes most requests needless.
const SOON_MS = 350
const AGAIN_MS = 5_000

export function createHistory(state: ChatState, token: () => string | null): History {
  let timer: ReturnType<typeof setTimeout> | undefined

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

  return {
    catchUp() {
      clearTimeout(timer)
      timer = setTimeout(() => void fetchMissing(), SOON_MS)
    },
  }
}
