// Loading and following threads: the newest stretch first, earlier ones on demand, holes filled by fetching.
import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { hub } from '@/api/hub'
import { isMessage } from '@/api/types'
import { seqBefore } from '@/model/timeline'
import { useLive } from './live'
import { useSessions } from './sessions'

const PAGE = 80

export interface ThreadState {
  loading: boolean
  failed: boolean
  loadingEarlier: boolean
  /** The highest seq that was on screen with the window in front. Sent as `seen_seq` with each reply. */
  seen: number
  /** The first-unread line as it was when the thread was opened; null when there is none. */
  unread: { after: number; count: number } | null
}

export const useTimeline = defineStore('timeline', () => {
  const live = useLive()
  const sessions = useSessions()
  const threads = reactive(new Map<string, ThreadState>())
  const filling = new Map<string, Promise<void>>()

  function thread(id: string): ThreadState {
    let found = threads.get(id)
    if (!found) {
      threads.set(id, { loading: false, failed: false, loadingEarlier: false, seen: 0, unread: null })
      found = threads.get(id)!
    }
    return found
  }

  /** Fetch everything after what we have. Calls at the same time share one fetch, which sees the latest. */
  function catchUp(id: string): Promise<void> {
    const running = filling.get(id)
    if (running) return running
    const work = (async () => {
      for (;;) {
        const to = live.timeline(id)?.to
        if (to === undefined) return
        const page = await hub.timeline(id, to, PAGE)
        live.putAll(id, page.items, to)
        const last = page.items.at(-1)?.seq ?? to
        if (!page.next_cursor && last >= (live.sessions.get(id)?.last_seq ?? 0)) return
        if (page.items.length === 0) return
      }
    })().finally(() => filling.delete(id))
    filling.set(id, work)
    return work
  }

  function markUnread(id: string): void {
    const state = thread(id)
    const session = live.sessions.get(id)
    const count = session?.unread ?? 0
    state.unread = count && session ? { after: session.read_seq ?? seqBefore(live.entries(id), count), count } : null
  }

  /**
   * Show a thread. With `anew` the newest stretch is fetched again and put in the place of what is shown, in one step:
   * the thread is never empty in between.
   */
  async function open(id: string, { anew = false } = {}): Promise<void> {
    const state = thread(id)
    state.failed = false
    state.loading = live.timeline(id) === undefined
    try {
      const known = live.sessions.get(id)
      const session = known ?? (await sessions.fetchOne(id))
      if (anew || live.timeline(id) === undefined) {
        const after = Math.max(0, session.last_seq - PAGE)
        const page = await hub.timeline(id, after, PAGE)
        // What is told meanwhile goes to the stretch that gives way, and is caught up with below.
        if (anew) live.forgetTimelines(null)
        live.putAll(id, page.items, after)
      }
      markUnread(id)
      await catchUp(id)
    } catch (error) {
      state.failed = true
      throw error
    } finally {
      state.loading = false
    }
  }

  async function loadEarlier(id: string): Promise<void> {
    const state = thread(id)
    const from = live.timeline(id)?.from ?? 0
    if (from <= 0 || state.loadingEarlier) return
    state.loadingEarlier = true
    try {
      const after = Math.max(0, from - PAGE)
      const page = await hub.timeline(id, after, from - after)
      live.putAll(id, page.items, after)
    } finally {
      state.loadingEarlier = false
    }
  }

  /** The newest entries are on screen: remember, and tell the hub once when something was unread. */
  function saw(id: string): void {
    const state = thread(id)
    const to = live.timeline(id)?.to ?? 0
    if (to > state.seen) state.seen = to
    const session = live.sessions.get(id)
    if (session && session.unread > 0 && session.holder.kind === 'agent' && session.holder.id === sessions.me) {
      void tellRead(id, to)
    }
  }

  const telling = new Set<string>()
  async function tellRead(id: string, seq: number): Promise<void> {
    if (telling.has(id)) return
    telling.add(id)
    try {
      // The number keeps what arrives meanwhile unread.
      await sessions.act(id, 'read', { seq })
    } catch {
      // Read marks are told again at the next look; a failure must not disturb the agent.
    } finally {
      telling.delete(id)
    }
  }

  /** Ask the hub to deliver a failed or uncertain message once more. */
  async function resend(id: string, messageId: string): Promise<void> {
    const now = () => live.entries(id).find((one) => isMessage(one) && one.id === messageId)
    const before = now()
    const entry = await hub.resend(id, messageId)
    // What became of it may have been told before our request was answered.
    if (now() === before) live.apply({ type: 'message.updated', session_id: id, data: { entry } })
  }

  function leave(id: string): void {
    thread(id).unread = null
  }

  function reset(): void {
    threads.clear()
  }

  return { thread, open, catchUp, loadEarlier, saw, resend, leave, reset }
})
