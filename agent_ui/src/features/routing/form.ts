// What forms of this folder share: the hub's objections at their fields, and the first fault in focus.
import { nextTick, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/http'
import { useFailure } from '@/composables/failure'
import { faultsAt } from '@/model/routingRules'

export function useForm(root: { readonly value: HTMLElement | undefined }, fields: () => readonly string[]) {
  const { t } = useI18n()
  const { textOf } = useFailure()
  const errors = ref<Record<string, string>>({})
  const busy = ref(false)

  async function toFault(): Promise<void> {
    await nextTick()
    const found = root.value?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? root.value?.querySelector<HTMLElement>('[data-testid="field-error"]')
    found?.focus()
    // With its name above it.
    found?.closest('div')?.scrollIntoView({ block: 'nearest' })
  }

  function forget(field: string): void {
    if (errors.value[field]) errors.value = Object.fromEntries(Object.entries(errors.value).filter(([key]) => key !== field))
  }

  /** Save what has no fault; what the hub refuses stands at its field, anything else on top of the form. */
  async function submit<T>(faults: Record<string, string>, work: () => Promise<T>): Promise<T | null> {
    errors.value = faults
    if (Object.keys(faults).length) {
      await toFault()
      return null
    }
    busy.value = true
    try {
      return await work()
    } catch (error) {
      if (error instanceof ApiError && error.is('name-taken')) errors.value = { name: t('routing.edit.nameTaken') }
      else if (error instanceof ApiError && error.is('changed')) errors.value = { '': t('routing.edit.changed') }
      else if (error instanceof ApiError && error.status === 422 && error.problem.errors?.length) errors.value = faultsAt(error.problem.errors, fields())
      else errors.value = { '': textOf(error) }
      await toFault()
      return null
    } finally {
      busy.value = false
    }
  }

  return { errors, busy, submit, forget }
}
