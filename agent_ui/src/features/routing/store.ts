// The rules and the queues as the pages of this folder, and the form of a channel, need them.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { queueApi, ruleApi, type Hours, type Queue, type Rule } from '@/api/routingAdmin'
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
  let ordering: Promise<void> | null = null

  async function load(): Promise<void> {
    if (state.value !== 'ready') state.value = 'loading'
    try {
      rules.value = await ruleApi.list()
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    }
  }

  function put(rule: Rule): void {
    rules.value = rules.value.some((one) => one.id === rule.id) ? rules.value.map((one) => (one.id === rule.id ? rule : one)) : [...rules.value, rule]
  }

  async function toggle(rule: Rule): Promise<void> {
    put({ ...rule, enabled: !rule.enabled })
    try {
      put(await ruleApi.change(rule.id, { enabled: !rule.enabled }))
    } catch (error) {
      put(rule)
      throw error
    }
  }

  /** The hub is told the order as it is in the end, one order at a time, however quickly keys were pressed. */
  async function order(): Promise<void> {
    let told = ''
    while (told !== ids.value.join()) {
      told = ids.value.join()
      await ruleApi.order(ids.value)
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
  }

  /** A rule that was removed comes back in its place. */
  async function restore(rule: Rule, at: number): Promise<void> {
    put(await ruleApi.create({ name: rule.name, enabled: rule.enabled, when: rule.when, then: rule.then }))
    await move(rules.value.length - 1, at)
  }

  async function addUsual(): Promise<number> {
    const before = rules.value.length
    rules.value = (await ruleApi.addUsual()).items
    return rules.value.length - before
  }

  return { rules, state, load, put, toggle, move, remove, restore, addUsual }
})
