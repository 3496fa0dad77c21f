// The rules and the queues as the pages of this folder, and the form of a channel, need them.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '@/api/http'
import { queueApi, ruleApi, type Hours, type Queue, type Rule, type RuleDraft } from '@/api/routingAdmin'
import type { Id } from '@/api/types'
import { i18n } from '@/i18n'
import { moved } from '@/model/routingRules'

type Load = 'idle' | 'loading' | 'ready' | 'failed'
export const DEFAULT_QUEUE = 'default'

export const useQueueList = defineStore('queueList', () => {
  const queues = shallowRef<Queue[]>([])
  const hours = shallowRef<Hours[]>([])
  const state = ref<Load>('idle')

  async function load(): Promise<void> {
    if (state.value !== 'ready') state.value = 'loading'
    try {
      ;[queues.value, hours.value] = await Promise.all([queueApi.list(), queueApi.hours()])
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    }
  }

  function put(queue: Queue): void {
    const known = queues.value.some((one) => one.id === queue.id)
    queues.value = known ? queues.value.map((one) => (one.id === queue.id ? queue : one)) : [...queues.value, queue]
  }

  function drop(id: string): void {
    queues.value = queues.value.filter((one) => one.id !== id)
  }

  /** The queue that is there without a record has no name until somebody gives it one. */
  function nameOf(id: string): string {
    return queues.value.find((one) => one.id === id)?.name || (id === DEFAULT_QUEUE ? i18n.global.t('queues.default') : id)
  }

  const hoursName = (id: string | null) => hours.value.find((one) => one.id === id)?.name ?? ''
  return { queues, hours, state, load, put, drop, nameOf, hoursName }
})

export const useRules = defineStore('rules', () => {
  const rules = shallowRef<Rule[]>([])
  const state = ref<Load>('idle')
  const ids = computed(() => rules.value.map((rule) => rule.id))
  /** The order as the hub told it last. */
  let told: Id[] = []
  let ordering: Promise<void> | null = null
  let last: Promise<unknown> = Promise.resolve()

  async function load(): Promise<void> {
    if (state.value !== 'ready') state.value = 'loading'
    try {
      rules.value = await ruleApi.list()
      told = ids.value
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    }
  }

  function put(rule: Rule): void {
    const isThere = rules.value.some((one) => one.id === rule.id)
    rules.value = isThere ? rules.value.map((one) => (one.id === rule.id ? rule : one)) : [...rules.value, rule]
    if (!told.includes(rule.id)) told = [...told, rule.id]
  }

  /** One change after the other, so that each is of the version that the one before has made. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }

  const versionOf = (id: Id) => rules.value.find((one) => one.id === id)?.version ?? 0

  /** The version that was seen is the one that is changed; what somebody else has changed meanwhile is loaded. */
  async function change(id: Id, what: Partial<RuleDraft>, version?: number): Promise<Rule> {
    try {
      const changed = await inTurn(() => ruleApi.change(id, what, version ?? versionOf(id)))
      put(changed)
      return changed
    } catch (error) {
      if (error instanceof ApiError && error.is('changed')) await load()
      throw error
    }
  }

  async function toggle(rule: Rule): Promise<void> {
    put({ ...rule, enabled: !rule.enabled })
    try {
      await change(rule.id, { enabled: !rule.enabled })
    } catch (error) {
      const now = rules.value.find((one) => one.id === rule.id)
      if (now?.version === rule.version) put(rule)
      throw error
    }
  }

  /** The hub is told the order as it is in the end, one order at a time, however quickly keys were pressed. */
  async function order(): Promise<void> {
    while (told.join() !== ids.value.join()) {
      const { items } = await inTurn(() => {
        const before = told
        told = ids.value
        return ruleApi.order(told, before)
      })
      const versions = new Map(items.map((one) => [one.id, one.version]))
      rules.value = rules.value.map((one) => ({ ...one, version: versions.get(one.id) ?? one.version }))
    }
  }

  /** Shown at once; what the hub refuses is taken back by loading its order. */
  async function move(from: number, to: number): Promise<void> {
    rules.value = moved(rules.value, from, to)
    ordering ??= order().finally(() => (ordering = null))
    try {
      await ordering
    } catch (error) {
      await load()
      throw error
    }
  }

  async function remove(rule: Rule): Promise<void> {
    await ruleApi.remove(rule.id)
    rules.value = rules.value.filter((one) => one.id !== rule.id)
    told = told.filter((id) => id !== rule.id)
  }

  /** A rule that was removed comes back in its place. */
  async function restore(rule: Rule, at: number): Promise<void> {
    put(await ruleApi.create({ name: rule.name, enabled: rule.enabled, when: rule.when, then: rule.then }))
    await move(rules.value.length - 1, at)
  }

  async function addUsual(): Promise<number> {
    const before = rules.value.length
    rules.value = (await ruleApi.addUsual()).items
    told = ids.value
    return rules.value.length - before
  }

  return { rules, state, load, put, change, toggle, move, remove, restore, addUsual }
})
