// Ties the socket to the stores: first load, live events, catch-up after a loss, load afresh after a resync.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ApiError } from '@/api/http'
import { openSocket, type AgentSocket } from '@/api/socket'
import type { Presence, QueueFigures, StreamEvent } from '@/api/types'
import { useAuth } from './auth'
import { useLive } from './live'
import { useOutbox } from './outbox'
import { usePresence } from './presence'
import { useSessions } from './sessions'
import { useTimeline } from './timeline'
import { useTyping } from './typing'
import { useWorkspace } from './workspace'

export type Link = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'restored'

type Colleague = { agent_id: string } & Presence

const RESTORED_MS = 3_000
// Bursts of queue changes lead to one fetch of the queue.
const QUEUE_PAUSE_MS = 1_500
const BEHIND_PAUSE_MS = 150
const RELOAD_RETRY_MS = 3_000

export const useConnection = defineStore('connection', () => {
  const auth = useAuth()
  const live = useLive()
  const outbox = useOutbox()
  const presence = usePresence()
  const sessions = useSessions()
  const timeline = useTimeline()
  const typing = useTyping()
  const workspace = useWorkspace()

  const link = ref<Link>('connecting')
  const loaded = ref(false)
  let socket: AgentSocket | null = null
  let everOnline = false
  let queueTimer: ReturnType<typeof setTimeout> | undefined
  const behind = new Map<string, ReturnType<typeof setTimeout>>()

  /** Presence, figures and names may have been lost while we were away; they are fetched after each connect. */
  async function refreshEphemeral(): Promise<void> {
    await Promise.all([presence.load(), workspace.load()])
    if (sessions.list === 'queue' || sessions.loads.queue.state === 'ready') await sessions.load('queue')
  }

  /** Fetch the open session. One that is gone, or not for us, must not keep everything else from being shown. */
  async function fetchOpen(id: string): Promise<boolean> {
    try {
      await sessions.fetchOne(id)
      return true
    } catch (error) {
      if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return false
      throw error
    }
  }

  async function loadAfresh(): Promise<void> {
    try {
      live.forgetTimelines(sessions.selectedId)
      const lists = auth.serves ? [sessions.reload(), sessions.load('queue')] : []
      await Promise.all([presence.load(), workspace.load(), workspace.loadCanned(), ...lists])
      const open = sessions.selectedId
      if (open && (await fetchOpen(open))) await timeline.open(open, { anew: true })
      loaded.value = true
    } catch {
      if (socket) setTimeout(() => socket && void loadAfresh(), RELOAD_RETRY_MS)
    }
  }

  function connected(resumed: boolean): void {
    const again = everOnline
    everOnline = true
    link.value = again ? 'restored' : 'online'
    if (again) setTimeout(() => link.value === 'restored' && (link.value = 'online'), RESTORED_MS)
    outbox.hurry()
    if (resumed && loaded.value) void refreshEphemeral().catch(() => undefined)
    else void loadAfresh()
  }

  function disconnected(): void {
    link.value = navigator.onLine ? (everOnline ? 'reconnecting' : 'connecting') : 'offline'
  }

  async function refused(code: string): Promise<boolean> {
    const token = auth.kept?.token
    if (!token) return false
    if (code === 'forbidden') {
      // Some roles have no live stream; what they may read is shown all the same.
      link.value = 'online'
      void loadAfresh()
      return false
    }
    if (code !== 'unauthenticated') return true
    await auth.renew(token)
    return auth.signedIn
  }

  function fillHole(id: string): void {
    if (behind.has(id)) return
    behind.set(
      id,
      setTimeout(() => {
        behind.delete(id)
        const hole = live.timeline(id)
        if (hole && (live.sessions.get(id)?.last_seq ?? 0) > hole.to) void timeline.catchUp(id).catch(() => fillHole(id))
      }, BEHIND_PAUSE_MS),
    )
  }

  function queueChanged(figures: QueueFigures): void {
    sessions.queueFigures = figures
    for (const item of figures.items ?? []) {
      const known = live.sessions.get(item.session_id)
      if (known?.state === 'queued') live.sessions.set(known.id, { ...known, ...item, id: known.id } as typeof known)
    }
    if (queueTimer || sessions.loads.queue.state === 'idle') return
    queueTimer = setTimeout(() => {
      queueTimer = undefined
      void sessions.load('queue').catch(() => undefined)
    }, QUEUE_PAUSE_MS)
  }

  function colleagueChanged({ agent_id: id, ...state }: Colleague): void {
    workspace.setColleague(id, state)
    if (id === auth.agent?.id) presence.take(state)
  }

  function heard(event: StreamEvent): void {
    switch (event.type) {
      case 'typing': {
        const data = event.data as { author?: { kind: string; name: string }; typing?: boolean }
        if (event.session_id && data.author) typing.heard(event.session_id, data.author, data.typing !== false)
        return
      }
      case 'agent.presence':
        colleagueChanged(event.data as Colleague)
        return
      case 'agents.presence':
        ;(event.data as { items: Colleague[] }).items.forEach(colleagueChanged)
        return
      case 'queue.updated':
        queueChanged(event.data as QueueFigures)
        return
    }
    const effect = live.apply(event)
    if (effect.behind) fillHole(effect.behind)
    if (effect.unknown) void sessions.fetchOne(effect.unknown).catch(() => undefined)
    if (effect.added && event.session_id) typing.stop(event.session_id)
  }

  function start(): void {
    if (socket) return
    outbox.start()
    socket = openSocket(auth.fresh, { connected, disconnected, event: heard, resync: () => void loadAfresh(), refused })
    window.addEventListener('online', nudge)
    window.addEventListener('offline', disconnected)
  }

  function nudge(): void {
    socket?.nudge()
  }

  function stop(): void {
    socket?.close()
    socket = null
    clearTimeout(queueTimer)
    queueTimer = undefined
    for (const timer of behind.values()) clearTimeout(timer)
    behind.clear()
    window.removeEventListener('online', nudge)
    window.removeEventListener('offline', disconnected)
    everOnline = false
    loaded.value = false
    link.value = 'connecting'
    outbox.stop()
    sessions.reset()
    timeline.reset()
    live.clear()
  }

  function hintTyping(sessionId: string, on: boolean): void {
    socket?.hint('typing', { session_id: sessionId, typing: on })
  }

  return { link, loaded, start, stop, nudge, hintTyping }
})
