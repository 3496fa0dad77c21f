// Alarms as the hub raised and cleared them. Open ones are kept for the bar; earlier ones are fetched when asked for.
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, watch } from 'vue'
import { routingApi, type Alarm } from '@/api/routing'
import type { StreamEvent } from '@/api/types'
import { sortAlarms, unheard } from '@/model/routingWords'
import { useAuth } from '@/stores/auth'
import { useConnection } from '@/stores/connection'
import { useLive } from '@/stores/live'

// Events tell of every change; one that was lost is made up for by asking now and then.
const POLL_MS = 30_000

export const useAlarms = defineStore('alarms', () => {
  const auth = useAuth()
  const connection = useConnection()
  const live = useLive()
  const known = shallowReactive(new Map<string, Alarm>())
  const state = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const cursor = ref<string | null>(null)
  const listeners = new Set<(alarm: Alarm) => void>()
  let poll: ReturnType<typeof setInterval> | undefined

  const sorted = computed(() => sortAlarms([...known.values()]))
  const open = computed(() => sorted.value.filter((one) => !one.cleared_at))
  const waiting = computed(() => unheard(open.value))
  const isCritical = computed(() => waiting.value.some((one) => one.severity === 'critical'))

  async function load(): Promise<void> {
    if (state.value === 'idle') state.value = 'loading'
    try {
      const page = await routingApi.alarms('open', null)
      const ids = new Set(page.items.map((one) => one.id))
      // One that is open here and not there was cleared while nobody told us.
      for (const one of known.values()) if (!one.cleared_at && !ids.has(one.id)) known.delete(one.id)
      for (const one of page.items) known.set(one.id, one)
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    }
  }

  /** Earlier alarms too; called again, the page after the last one. */
  async function loadAll(further = false): Promise<void> {
    const page = await routingApi.alarms('all', further ? cursor.value : null)
    for (const one of page.items) known.set(one.id, one)
    cursor.value = page.next_cursor
  }

  async function acknowledge(id: string): Promise<void> {
    known.set(id, await routingApi.acknowledge(id))
  }

  function heard(event: StreamEvent): void {
    const alarm = (event.data as { alarm?: Alarm } | null)?.alarm
    if (!alarm?.id) return
    const isNew = !known.has(alarm.id)
    known.set(alarm.id, alarm)
    if (isNew && event.type === 'alarm.raised' && !alarm.cleared_at) for (const tell of listeners) tell(alarm)
  }

  /** Be told of each alarm that is raised from now on. */
  function onRaised(listener: (alarm: Alarm) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function start(): void {
    if (poll) return
    poll = setInterval(() => document.visibilityState === 'visible' && void load().catch(() => undefined), POLL_MS)
    live.onEffect((_effect, event) => event.type.startsWith('alarm.') && heard(event))
    watch(
      [() => auth.agent?.id, () => connection.loaded, () => connection.link],
      ([id, loaded, link], before) => {
        if (id !== before?.[0]) {
          known.clear()
          state.value = 'idle'
        }
        if (id && auth.everyone && loaded && (link === 'online' || link === 'restored')) void load().catch(() => undefined)
      },
      { immediate: true },
    )
  }

  return { sorted, open, waiting, isCritical, state, cursor, load, loadAll, acknowledge, onRaised, start }
})
