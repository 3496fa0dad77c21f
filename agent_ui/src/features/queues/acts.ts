// What may be done to somebody who waits, and what is told afterwards.
import { useI18n } from 'vue-i18n'
import { routingApi, type Lane, type Waiting } from '@/api/routing'
import { useFailure } from '@/composables/failure'
import { useAuth } from '@/stores/auth'
import { useLive } from '@/stores/live'
import { useUi } from '@/stores/ui'
import { useQueues } from './store'
import { useRoutingWords } from './words'

export function useWaitingActs() {
  const { t } = useI18n()
  const ui = useUi()
  const auth = useAuth()
  const live = useLive()
  const queues = useQueues()
  const words = useRoutingWords()
  const { attempt } = useFailure()

  const may = {
    assign: (row: Waiting) => auth.writes && row.place !== 'bot',
    transfer: (row: Waiting) => auth.writes && (row.place === 'agent' || row.place === 'line'),
    raise: (row: Waiting) => auth.writes && row.priority > 0 && row.place !== 'agent',
    lane: (row: Waiting, lane: Lane) => auth.writes && (row.lane?.lane ?? 'normal') !== lane,
  }

  /** Both can be taken back while their note stands: the lane first, for it brings a priority of its own. */
  function undo(row: Waiting, name: string, lane: boolean) {
    const run = () =>
      attempt(async () => {
        if (lane) await routingApi.mark(row.session_id, { lane: row.lane?.lane ?? 'normal' })
        live.put([await routingApi.mark(row.session_id, { priority: row.priority })])
        ui.toast('info', t('queues.act.undone', { name }))
        queues.hurry()
      })
    return { label: t('act.undo'), run: () => void run() }
  }

  function raise(row: Waiting, name: string): Promise<boolean> {
    // The levels that the router knows: urgent, VIP, normal, low.
    const better = [5, 1, 0].find((level) => level < row.priority) ?? 0
    return attempt(async () => {
      live.put([await routingApi.mark(row.session_id, { priority: better })])
      ui.toast('good', t('queues.act.raised', { name, level: words.priority(better) }), undo(row, name, false))
      queues.hurry()
    })
  }

  function move(row: Waiting, lane: Lane, name: string): Promise<boolean> {
    return attempt(async () => {
      live.put([await routingApi.mark(row.session_id, { lane })])
      ui.toast('good', t('queues.act.moved', { name, lane: t(`lanes.${lane}Lane`) }), undo(row, name, true))
      queues.hurry()
    })
  }

  return { may, raise, move }
}
