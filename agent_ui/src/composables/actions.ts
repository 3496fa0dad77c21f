// What an agent can do to a session, with its consequences on screen: which buttons exist, what opens next, what is told.
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { ApiError } from '@/api/http'
import type { Session, TransferTarget } from '@/api/types'
import { isHeldBy, isOfferedTo } from '@/model/filters'
import { useAuth } from '@/stores/auth'
import { useSessions } from '@/stores/sessions'
import { useUi } from '@/stores/ui'
import { useFailure } from './failure'
import { useNow } from './now'

export function useActions() {
  const { t } = useI18n()
  const router = useRouter()
  const auth = useAuth()
  const sessions = useSessions()
  const ui = useUi()
  const now = useNow()
  const { attempt } = useFailure()

  const mine = (session: Session) => isHeldBy(session, sessions.me)
  const may = {
    accept: (s: Session) => auth.writes && isOfferedTo(s, sessions.me, now.value),
    reply: (s: Session) => auth.writes && s.state === 'active' && mine(s),
    note: (s: Session) => auth.writes && s.state !== 'closed' && (mine(s) || auth.everyone),
    take: (s: Session) =>
      auth.writes && !mine(s) && (s.state === 'queued' || (auth.everyone && ['bot', 'offered', 'active'].includes(s.state))),
    close: (s: Session) => auth.writes && (s.state === 'active' || s.state === 'wrap_up') && (mine(s) || auth.everyone),
    transfer: (s: Session) =>
      auth.writes && ((s.state === 'active' && (mine(s) || auth.everyone)) || (auth.everyone && s.state === 'queued')),
    reopen: (s: Session) => auth.writes && s.state === 'closed',
  }

  function open(id: string): void {
    ui.panelView = false
    void router.push({ name: 'session', params: { id } })
  }

  async function accept(session: Session): Promise<void> {
    if (!(await attempt(() => sessions.act(session.id, 'accept')))) return
    sessions.list = 'mine'
    open(session.id)
    ui.write('reply')
  }

  async function decline(session: Session): Promise<void> {
    await attempt(() => sessions.act(session.id, 'reject'))
  }

  async function take(session: Session): Promise<void> {
    if (!(await attempt(() => sessions.act(session.id, 'take')))) return
    sessions.list = 'mine'
    open(session.id)
    ui.write('reply')
  }

  async function close(session: Session): Promise<void> {
    await attempt(async () => {
      try {
        await sessions.act(session.id, 'close')
      } catch (error) {
        // Its review comes first; the dialog for it closes the session afterwards.
        if (!(error instanceof ApiError && error.is('review-needed'))) throw error
        ui.overlay = 'review-close'
      }
    })
  }

  async function reopen(session: Session): Promise<void> {
    if (await attempt(() => sessions.act(session.id, 'reopen'))) sessions.list = mineAfterReopen()
  }

  function mineAfterReopen() {
    const now = sessions.selected
    return now && mine(now) ? 'mine' : sessions.list
  }

  async function transfer(session: Session, to: TransferTarget, name: string, note: string): Promise<boolean> {
    const done = await attempt(() => sessions.transfer(session.id, to, note.trim() || undefined))
    if (done) ui.toast('good', t('transfer.done', { name }))
    return done
  }

  return { may, open, accept, decline, take, close, reopen, transfer }
}
