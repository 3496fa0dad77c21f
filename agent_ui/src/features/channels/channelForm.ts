// What happens behind the form of a channel: what is in it, what changed, testing and saving, and the hub's objections
// at the fields that they belong to.
import { computed, ref, shallowRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/http'
import { channelApi, type Channel, type ChannelKind, type Check, type Routing } from '@/api/channels'
import { useFailure } from '@/composables/failure'
import { faultsOf, serverFaults, settingsToSend, valuesOf, type FieldValue, type FieldValues } from '@/model/settings'
import { useUi } from '@/stores/ui'
import { useChannels } from './store'

const NEW: Routing = { bot_id: null, skills: {}, language: null, priority: 5, weight: 1, relax: [], business_hours_id: null, queue_id: null }

interface Tested {
  ok: boolean
  checks: Check[]
  of: string
}

export function useChannelForm(kind: Ref<ChannelKind>, channel: Ref<Channel | null>) {
  const { t } = useI18n()
  const ui = useUi()
  const channels = useChannels()
  const { attempt, textOf } = useFailure()
  const fields = computed(() => kind.value.settings)

  const name = ref('')
  const values = ref<FieldValues>({})
  const cleared = ref(new Set<string>())
  const routing = ref<Routing>(NEW)
  const errors = ref<Record<string, string>>({})
  const busy = ref<'save' | 'test' | null>(null)
  const tested = shallowRef<Tested | null>(null)
  // What the form held when it was filled; for an existing channel the changes are told from it.
  const start = shallowRef<{ name: string; values: FieldValues; routing: string }>({ name: '', values: {}, routing: '' })

  function fill(): void {
    name.value = channel.value?.name ?? ''
    values.value = valuesOf(fields.value, channel.value?.settings ?? {})
    cleared.value = new Set()
    routing.value = { ...NEW, ...channel.value?.routing }
    start.value = { name: name.value, values: { ...values.value }, routing: JSON.stringify(routing.value) }
    errors.value = {}
  }
  fill()

  const secretsSet = computed(() => new Set(channel.value?.secrets_set ?? []))
  const settings = computed(() => {
    try {
      return settingsToSend(fields.value, values.value, channel.value && start.value.values, cleared.value)
    } catch {
      // Text that is no JSON yet; its field says so before anything is sent.
      return null
    }
  })
  const snapshot = computed(() => JSON.stringify([values.value, [...cleared.value]]))
  const dirty = computed(
    () => name.value !== start.value.name || JSON.stringify(routing.value) !== start.value.routing || cleared.value.size > 0 || fields.value.some((one) => values.value[one.name] !== start.value.values[one.name]),
  )
  const stale = computed(() => tested.value !== null && tested.value.of !== snapshot.value)

  function set(field: string, value: FieldValue): void {
    values.value = { ...values.value, [field]: value }
    if (errors.value[field]) errors.value = Object.fromEntries(Object.entries(errors.value).filter(([key]) => key !== field))
  }

  function clear(field: string, on: boolean): void {
    const next = new Set(cleared.value)
    if (on) next.add(field)
    else next.delete(field)
    cleared.value = next
  }

  function check(withName: boolean): boolean {
    const faults = faultsOf(fields.value, values.value, new Set([...secretsSet.value].filter((one) => !cleared.value.has(one))))
    errors.value = Object.fromEntries(Object.entries(faults).map(([key, fault]) => [key, t(`channels.fault.${fault}`)]))
    if (withName && !name.value.trim()) errors.value = { ...errors.value, name: t('channels.nameRequired') }
    if (withName && routing.value.relax.some((step) => !Number.isFinite(step.after_s))) errors.value = { ...errors.value, 'routing.relax': t('channels.relax.number') }
    return Object.keys(errors.value).length === 0
  }

  /** The hub refused some fields: its words go to them. Anything else becomes a notice. */
  function object(error: unknown): void {
    if (error instanceof ApiError && error.status === 422 && error.problem.errors?.length) errors.value = serverFaults(fields.value, error.problem.errors)
    else ui.toast('bad', error instanceof ApiError && error.status === 422 ? t('channels.saveFailed', { reason: error.message }) : textOf(error))
  }

  async function test(): Promise<boolean> {
    tested.value = null
    if (!check(false) || !settings.value) return false
    busy.value = 'test'
    const of = snapshot.value
    try {
      const answer = await channelApi.check({ kind: kind.value.kind, settings: settings.value, ...(channel.value ? { channel_id: channel.value.id } : {}) })
      tested.value = { ok: answer.ok, checks: answer.checks, of }
      return true
    } catch (error) {
      object(error)
      return false
    } finally {
      busy.value = null
    }
  }

  /** Returns the channel as it is now, or null when something is wrong with the form. */
  async function save(): Promise<Channel | null> {
    if (!check(true) || !settings.value) return null
    busy.value = 'save'
    try {
      const former = channel.value
      const answer = former
        ? await channelApi.change(former.id, { name: name.value.trim(), settings: settings.value, routing: routing.value })
        : await channelApi.create({ kind: kind.value.kind, name: name.value.trim(), settings: settings.value, routing: routing.value })
      channels.put(answer)
      return answer
    } catch (error) {
      object(error)
      return null
    } finally {
      busy.value = null
    }
  }

  return { name, values, cleared, routing, errors, busy, tested, stale, dirty, secretsSet, set, clear, fill, test, save, attempt }
}
