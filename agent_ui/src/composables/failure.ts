// What to tell the agent when a call failed: what happened in plain words, never a stack or a code alone.
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/http'
import { useUi } from '@/stores/ui'

export function useFailure() {
  const { t } = useI18n()
  const ui = useUi()

  function textOf(error: unknown): string {
    if (!(error instanceof ApiError)) return t('failure.other', { reason: String(error) })
    const reason = error.problem.detail || error.problem.title || String(error.status)
    switch (error.status) {
      case 0:
        return t('failure.unreachable')
      case 403:
        return t('failure.forbidden')
      case 404:
        return t('failure.gone')
      case 409:
        return error.is('changed') ? t('failure.changed') : t('failure.conflict', { reason })
      case 429:
        return t('failure.slow')
      default:
        return error.status >= 500 ? t('failure.unreachable') : t('failure.other', { reason })
    }
  }

  /** Run something an agent asked for; a failure becomes a notice. Resolves to true when it worked. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      ui.toast('bad', textOf(error))
      return false
    }
  }

  return { textOf, attempt }
}
