// Turns what stands in the reply box into a message: channel, variables, seen_seq, typing hints.
import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { OutgoingMessage, Session } from '@/api/types'
import { fillVariables, unfilled } from '@/model/canned'
import { useAuth } from '@/stores/auth'
import { useConnection } from '@/stores/connection'
import { useLive } from '@/stores/live'
import { useOutbox } from '@/stores/outbox'
import { useTimeline } from '@/stores/timeline'
import { useUi, type ReplyMode } from '@/stores/ui'
import { useWorkspace } from '@/stores/workspace'
import { useNow } from './now'
import type { useUploads } from './uploads'

const TYPING_EVERY_MS = 3_000
const TYPING_ENDS_MS = 4_000

export function useReply(
  session: Ref<Session>,
  mode: Ref<ReplyMode>,
  text: Ref<string>,
  uploads: ReturnType<typeof useUploads>,
) {
  const { t } = useI18n()
  const auth = useAuth()
  const connection = useConnection()
  const live = useLive()
  const outbox = useOutbox()
  const timeline = useTimeline()
  const ui = useUi()
  const workspace = useWorkspace()
  const now = useNow()

  const channelId = ref<string | null>(null)
  watch(
    () => [session.value.id, session.value.reply_channel_id] as const,
    () => (channelId.value = session.value.reply_channel_id ?? session.value.channel_ids.at(-1) ?? null),
    { immediate: true },
  )

  // Who answers a mail writes by mail.
  watch(
    () => ui.answered,
    (one) => {
      if (one?.sessionId === session.value.id && one.channelId) channelId.value = one.channelId
    },
  )

  const conflict = computed(() => outbox.of(session.value.id).find((item) => item.state === 'conflict') ?? null)
  watch(conflict, (item) => {
    // What arrived must be there to be read, also when its event is late.
    if (item) void timeline.catchUp(item.sessionId).catch(() => undefined)
  })

  function fill(template: string): string {
    return fillVariables(template, {
      'customer.name': session.value.customer?.name,
      'customer.level': session.value.customer?.level?.toString(),
      'agent.name': auth.agent?.name,
      'session.id': session.value.id,
      'channel.name': workspace.channelName(channelId.value),
      'workspace.name': workspace.workspace?.name,
    })
  }

  let told = 0
  let toldFor: string | null = null
  let end: ReturnType<typeof setTimeout> | undefined
  function stopTyping(): void {
    clearTimeout(end)
    if (toldFor) connection.hintTyping(toldFor, false)
    toldFor = null
    told = 0
  }
  function typed(): void {
    if (mode.value !== 'reply') return
    if (!text.value.trim()) return stopTyping()
    clearTimeout(end)
    end = setTimeout(stopTyping, TYPING_ENDS_MS)
    if (Date.now() - told < TYPING_EVERY_MS && toldFor === session.value.id) return
    told = Date.now()
    toldFor = session.value.id
    connection.hintTyping(session.value.id, true)
  }
  watch([() => session.value.id, mode], stopTyping)
  onScopeDispose(stopTyping)

  function send(): boolean {
    const words = text.value.trim()
    if ((!words && !uploads.items.length) || uploads.busy.value) return false
    const left = mode.value === 'reply' ? unfilled(words) : []
    if (left.length) {
      ui.toast('bad', t('reply.unfilled', { names: left.join(', ') }))
      return false
    }
    const attachments = uploads.take()
    const body: Omit<OutgoingMessage, 'client_id'> = {}
    if (words) body.text = words
    if (attachments.length) body.attachment_ids = attachments.map((item) => item.id)
    if (mode.value === 'note') {
      body.note = true
    } else {
      const id = session.value.id
      if (channelId.value && (session.value.channel_ids.length > 1 || channelId.value !== session.value.reply_channel_id)) body.channel_id = channelId.value
      if (ui.answered?.sessionId === id && ui.answered.channelId === channelId.value) body.in_reply_to = ui.answered.messageId
      ui.answered = null
      body.seen_seq = timeline.thread(id).seen || (live.timeline(id)?.to ?? 0)
    }
    stopTyping()
    outbox.say(session.value.id, body, attachments, new Date(now.value).toISOString())
    return true
  }

  return { channelId, conflict, fill, send, typed, stopTyping }
}
