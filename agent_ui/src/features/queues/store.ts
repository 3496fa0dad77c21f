// What the queues page shows: the figures of the queues and everybody who waits. Events of the hub only say that
// something changed; the figures themselves are always fetched, at most once a second.
import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { routingApi, type LiveFigures, type Waiting } from '@/api/routing'
import { useAuth } from '@/stores/auth'
import { useConnection } from '@/stores/connection'
import { useLive } from '@/stores/live'
import { useSessions } from '@/stores/sessions'
import { useWorkspace } from '@/stores/workspace'

const LEAST_PAUSE_MS = 1_000
export const POLL_S = 10
// A slow hub is asked less often: four times as long as its answer took.
const PAUSE_PER_ANSWER = 4
const MOST_ROWS = 1_000

export const useQueues = defineStore('queues', () => {
  const auth = useAuth()
  const connection = useConnection()
  const sessions = useSessions()
  const events = useLive()
  const workspace = useWorkspace()
  const live = shallowRef<LiveFigures | null>(null)
  const rows = shallowRef<Waiting[]>([])
  const isCut = ref(false)
  const state = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  /** The server's moment of the last answer. */
  const fetchedMs = ref<number | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let poll: ReturnType<typeof setInterval> | undefined
  let stops: (() => void)[] = []
  let users = 0
  let busy = false
  let again = false
  let endedMs = 0
  let tookMs = 0

  async function fetchRows(): Promise<void> {
    const found: Waiting[] = []
    let cursor: string | null = null
    do {
      const page = await routingApi.waiting(cursor)
      found.push(...page.items)
      cursor = page.next_cursor
    } while (cursor && found.length < MOST_ROWS)
    rows.value = found
    isCut.value = cursor !== null
  }

  async function load(): Promise<void> {
    if (busy) {
      again = true
      return
    }
    busy = true
    // What failed says so until it succeeds: it is asked again by itself, and must not turn into a skeleton each time.
    if (state.value === 'idle') state.value = 'loading'
    const began = Date.now()
    try {
      const figures = routingApi.live()
      await Promise.all([figures, fetchRows()])
      live.value = await figures
      fetchedMs.value = Date.now() + workspace.offsetMs
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    } finally {
      busy = false
      endedMs = Date.now()
      tookMs = endedMs - began
      if (again) {
        again = false
        hurry()
      }
    }
  }

  /** Something changed: fetch soon, once for all that changed until then. */
  function hurry(): void {
    if (timer || !users || document.visibilityState === 'hidden') return
    const pause = Math.max(LEAST_PAUSE_MS, tookMs * PAUSE_PER_ANSWER)
    timer = setTimeout(() => {
      timer = undefined
      void load().catch(() => undefined)
    }, Math.max(0, endedMs + pause - Date.now()))
  }

  /** Keep the figures fresh until the returned function is called. */
  function follow(): () => void {
    if (users++ === 0) {
      stops = [
        events.onEffect((_effect, event) => /^(session|alarm)\./.test(event.type) && hurry()),
        watch([() => sessions.queueFigures, () => workspace.colleagues, () => connection.link], hurry),
      ]
      poll = setInterval(hurry, POLL_S * 1_000)
      document.addEventListener('visibilitychange', hurry)
      void load().catch(() => undefined)
    }
    let left = false
    return () => {
      if (left) return
      left = true
      if (--users === 0) stop()
    }
  }

  function stop(): void {
    for (const one of stops) one()
    stops = []
    clearInterval(poll)
    clearTimeout(timer)
    timer = undefined
    document.removeEventListener('visibilitychange', hurry)
  }

  watch(
    () => auth.agent?.id,
    () => {
      live.value = null
      rows.value = []
      state.value = 'idle'
      fetchedMs.value = null
    },
  )

  return { live, rows, isCut, state, fetchedMs, load, hurry, follow }
})
