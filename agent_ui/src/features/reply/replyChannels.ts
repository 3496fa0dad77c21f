// The ways to answer the customer of a session, asked again when something happened in it, and how a text would be cut.
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { channelApi, replyApi, type Measure, type ReplyChannel } from '@/api/channels'
import type { Session } from '@/api/types'

const SETTLE_MS = 400
const MEASURE_MS = 300

export function useReplyChannels(session: Ref<Session>) {
  const channels = shallowRef<ReplyChannel[]>([])
  const loaded = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const id = session.value.id
    try {
      const { items } = await replyApi.channels(id)
      if (id === session.value.id) channels.value = items
    } catch {
      // Without the list the reply goes where the hub sends it; the hub checks every limit again anyway.
    } finally {
      if (id === session.value.id) loaded.value = true
    }
  }

  watch(
    () => session.value.id,
    () => {
      channels.value = []
      loaded.value = false
      void load()
    },
    { immediate: true },
  )
  // Each message may open a window, use up a quota or forbid further ones.
  watch(
    () => [session.value.last_seq, session.value.channel_ids.length],
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), SETTLE_MS)
    },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { channels, loaded, load }
}

/** How the hub would cut the text, a moment after the last key; null while it is not known. */
export function useMeasure(channelId: Ref<string | null>, text: Ref<string>) {
  const measured = shallowRef<Measure | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0

  async function measure(id: string, words: string): Promise<void> {
    const mine = ++last
    try {
      const answer = await channelApi.measure(id, words)
      if (mine === last) measured.value = answer
    } catch {
      if (mine === last) measured.value = null
    }
  }

  watch(
    [channelId, text],
    ([id, words], before) => {
      clearTimeout(timer)
      if (!id || !words.trim() || id !== before?.[0]) {
        last++
        measured.value = null
      }
      if (id && words.trim()) timer = setTimeout(() => void measure(id, words.trim()), MEASURE_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return measured
}
