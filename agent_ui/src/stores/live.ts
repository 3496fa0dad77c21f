// The console's copy of sessions and timelines. Every change goes through model/merge; components read, never write.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Entry, Session, StreamEvent } from '@/api/types'
import { applyEvent, dropMissing, putEntries, putSession, type Effect, type State } from '@/model/merge'
import { entriesOf, type Timeline } from '@/model/timeline'

export type EffectListener = (effect: Effect, event: StreamEvent) => void

export const useLive = defineStore('live', () => {
  const sessions = shallowReactive(new Map<string, Session>())
  const timelines = new Map<string, Timeline>()
  const state: State = { sessions, timelines }
  // Timelines change in place; a count per session tells Vue when.
  const ticks = shallowReactive(new Map<string, number>())
  const listeners = new Set<EffectListener>()

  function touch(id: string): void {
    ticks.set(id, (ticks.get(id) ?? 0) + 1)
  }

  function apply(event: StreamEvent): Effect {
    const effect = applyEvent(state, event)
    if (event.session_id) touch(event.session_id)
    for (const listener of listeners) listener(effect, event)
    return effect
  }

  function put(items: readonly Session[]): void {
    for (const session of items) putSession(state, session)
  }

  function putAll(id: string, entries: readonly Entry[], after: number): Timeline {
    const timeline = putEntries(state, id, entries, after)
    touch(id)
    return timeline
  }

  function entries(id: string): Entry[] {
    void ticks.get(id)
    const timeline = timelines.get(id)
    return timeline ? entriesOf(timeline) : []
  }

  function timeline(id: string): Timeline | undefined {
    void ticks.get(id)
    return timelines.get(id)
  }

  function drop(fetched: ReadonlySet<string>, belongs: (session: Session) => boolean): void {
    dropMissing(state, fetched, belongs)
  }

  function forgetTimelines(except: string | null): void {
    for (const id of [...timelines.keys()]) {
      if (id === except) continue
      timelines.delete(id)
      ticks.delete(id)
    }
  }

  function clear(): void {
    sessions.clear()
    timelines.clear()
    ticks.clear()
  }

  function onEffect(listener: EffectListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return { sessions, apply, put, putAll, entries, timeline, drop, forgetTimelines, clear, onEffect }
})
