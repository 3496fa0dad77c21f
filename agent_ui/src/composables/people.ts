// Names as shown: a customer without one is a visitor with the end of the id, so that two of them differ.
import { useI18n } from 'vue-i18n'
import type { Author, Session } from '@/api/types'
import { useSessions } from '@/stores/sessions'
import { useWorkspace } from '@/stores/workspace'

export function usePeople() {
  const { t } = useI18n()
  const sessions = useSessions()
  const workspace = useWorkspace()

  function customerName(session: Session): string {
    return session.customer?.name || `${t('thread.anonymous')} ${session.customer_id.slice(-4)}`
  }

  function agentName(id: string | null | undefined): string {
    return workspace.colleagues.find((one) => one.id === id)?.name ?? ''
  }

  function authorName(author: Author | null | undefined, session?: Session): string {
    if (!author) return t('author.system')
    if (author.kind === 'agent' && author.id === sessions.me) return t('author.you')
    if (author.kind === 'customer' && session) return author.name || customerName(session)
    if (author.kind === 'agent') return author.name || agentName(author.id) || t('author.agent')
    return author.name || t(`author.${author.kind}`)
  }

  function whoIs(id: string | null | undefined): string {
    return id && id === sessions.me ? t('author.you') : agentName(id)
  }

  function holderName(session: Session): string {
    // Nobody holds a closed session: whoever served last stands for it, if anybody did.
    if (session.state === 'closed') return whoIs(session.served_by?.at(-1))
    if (session.holder.kind === 'none') return t('panel.nobody')
    if (session.holder.kind === 'bot') {
      return workspace.workspace?.bots.find((bot) => bot.id === session.holder.id)?.name ?? t('author.bot')
    }
    if (session.holder.id === sessions.me) return t('author.you')
    return session.agent_name || agentName(session.holder.id) || t('author.agent')
  }

  function channelWord(kind: string): string {
    const key = kind.startsWith('sms') ? 'sms' : kind
    return ['webchat', 'wechat', 'wecom_kf', 'sms', 'email', 'api'].includes(key) ? t(`channel.${key}`) : t('channel.other')
  }

  return { customerName, agentName, authorName, holderName, channelWord }
}
