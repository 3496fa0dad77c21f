// One unsent text per session and kind (reply or note), kept in localStorage so that a reload loses nothing.
import { useEventListener } from '@vueuse/core'
import { ref, watch, type Ref } from 'vue'
import type { ReplyMode } from '@/stores/ui'

const PREFIX = 'huike.draft.'
const SAVE_MS = 250

export function useDraft(sessionId: Ref<string>, mode: Ref<ReplyMode>) {
  const text = ref('')
  let key = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  function save(): void {
    clearTimeout(timer)
    timer = undefined
    if (!key) return
    if (text.value.trim()) localStorage.setItem(key, text.value)
    else localStorage.removeItem(key)
  }

  watch(
    [sessionId, mode],
    () => {
      if (timer) save()
      key = `${PREFIX}${mode.value}.${sessionId.value}`
      text.value = localStorage.getItem(key) ?? ''
    },
    { immediate: true },
  )
  watch(text, () => {
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_MS)
  })

  // A reload in the middle of a word comes before the timer.
  useEventListener(window, 'pagehide', save)

  function clear(): void {
    text.value = ''
    save()
  }

  return { text, save, clear }
}

/** True when something unsent waits in this session. */
export function hasDraft(sessionId: string): boolean {
  return localStorage.getItem(`${PREFIX}reply.${sessionId}`) !== null
}
