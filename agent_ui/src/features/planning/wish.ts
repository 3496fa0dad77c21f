// The form of a what-if: what is there now, what is wished instead, and the wish that is sent of it.
import { computed, ref, shallowRef } from 'vue'
import { skillApi, tryApi, type AddedAgents, type Member, type RecordedDay, type RelaxStep, type Wish } from '@/api/planning'
import { routerApi, type Hours, type Queue, type RouterSettings } from '@/api/routingAdmin'
import { useQueueList } from '@/features/routing/store'
import { hoursOf, isSound, weekOf, type Week } from '@/model/planningHours'
import { membersFor } from '@/model/planningSkills'
import { agentChange, countOf, PLAYED, queueChange, queueWish, settingsChange, type AgentChange, type Played, type QueueWish } from '@/model/planningWhatIf'

export function useWish() {
  const store = useQueueList()
  const days = shallowRef<RecordedDay[]>([])
  const present = shallowRef<RouterSettings | null>(null)
  const members = shallowRef<Member[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')

  const day = ref('')
  const settings = ref({} as Record<Played, number | null>)
  const queues = ref<Record<string, QueueWish>>({})
  const weeks = ref<Record<string, Week>>({})
  /** By queue: other steps of relaxation than the recorded ones. */
  const relax = ref<Record<string, RelaxStep[]>>({})
  const added = ref<AddedAgents[]>([])
  const removed = ref<string[]>([])
  const changed = ref<AgentChange[]>([])

  async function load(): Promise<void> {
    try {
      const [found, settingsNow, staff] = await Promise.all([tryApi.days(), routerApi.get(), skillApi.members(), store.load()])
      days.value = found
      present.value = settingsNow
      members.value = membersFor(staff, '', () => '')
      day.value ||= found[0]?.day ?? ''
      reset()
      state.value = 'ready'
    } catch (error) {
      state.value = 'failed'
      throw error
    }
  }

  /** Everything as it is now. */
  function reset(): void {
    const now = present.value
    if (!now) return
    settings.value = Object.fromEntries(PLAYED.map((name) => [name, now[name]])) as Record<Played, number | null>
    queues.value = Object.fromEntries(store.queues.map((queue) => [queue.id, queueWish(queue)]))
    weeks.value = {}
    relax.value = {}
    added.value = []
    removed.value = []
    changed.value = []
  }

  const nonEmpty = <T extends object>(pairs: [string, T | null][]) => Object.fromEntries(pairs.filter((pair): pair is [string, T] => !!pair[1] && Object.keys(pair[1]).length > 0))
  const hourChange = (hours: Hours | undefined, week: Week) => (hours && JSON.stringify(weekOf(hours.hours)) !== JSON.stringify(week) ? { hours: hoursOf(week) } : null)
  const memberOf = (id: string) => members.value.find((one) => one.id === id)
  const queueOf = (queue: Queue) => queues.value[queue.id] ?? queueWish(queue)
  const wish = computed<Wish>(() => ({
    day: day.value,
    settings: present.value ? settingsChange(present.value, settings.value) : {},
    queues: nonEmpty(store.queues.map((queue) => [queue.id, queueChange(queue, queueOf(queue))])),
    hours: nonEmpty(Object.entries(weeks.value).map(([id, week]) => [id, hourChange(store.hours.find((one) => one.id === id), week)])),
    relax: relax.value,
    agents: {
      add: added.value,
      remove: removed.value,
      change: nonEmpty(changed.value.map((one) => [one.agentId, memberOf(one.agentId) ? agentChange(memberOf(one.agentId)!, one) : null])),
    },
  }))
  const count = computed(() => countOf(wish.value))
  const isTimed = (steps: RelaxStep[]) => steps.every((step) => Number.isFinite(step.after_s))
  const isPossible = computed(() => Object.values(weeks.value).every(isSound) && Object.values(relax.value).every(isTimed) && added.value.every((one) => one.count >= 1 && one.capacity >= 1))
  return { days, present, members, state, day, settings, queues, weeks, relax, added, removed, changed, wish, count, isPossible, load, reset }
}
