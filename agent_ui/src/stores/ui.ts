// What is open, chosen and preferred on this screen; nothing of it concerns the server.
import { defineStore } from 'pinia'
import { reactive, ref, shallowRef, watch } from 'vue'
import { usePreference } from '@/composables/preference'

export type Theme = 'auto' | 'light' | 'dark'
export type ReplyMode = 'reply' | 'note'
export type Overlay = 'palette' | 'sheet' | 'transfer' | 'trace' | 'review' | 'review-close' | null

export interface Toast {
  id: number
  tone: 'info' | 'good' | 'bad'
  text: string
  action?: { label: string; run: () => void }
}

/** The mail that the next reply of a session answers, when the agent has chosen one. */
export interface Answered {
  sessionId: string
  messageId: string
  channelId: string | null
  title: string
}

const TOAST_MS = 6_000

export const useUi = defineStore('ui', () => {
  const theme = usePreference<Theme>('huike.theme', 'auto')
  const sound = usePreference<boolean>('huike.sound', true)
  const desktop = usePreference<boolean>('huike.desktop', false)
  const panelOpen = usePreference<boolean>('huike.panel', true)
  // On narrow screens the panel is a view of its own; it never opens by itself.
  const panelView = ref(false)
  const replyMode = ref<ReplyMode>('reply')
  const overlay = ref<Overlay>(null)
  const knowledgeOpen = ref(false)
  const toasts = reactive<Toast[]>([])
  // Asks the reply box, which may not exist yet, to take the focus.
  const focusReply = ref(false)
  const answered = shallowRef<Answered | null>(null)
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const prefersDark = ref(system.matches)
  system.addEventListener('change', () => (prefersDark.value = system.matches))
  let lastToast = 0

  function toast(tone: Toast['tone'], text: string, action?: Toast['action']): void {
    const id = ++lastToast
    toasts.push({ id, tone, text, action })
    setTimeout(() => dismiss(id), TOAST_MS)
  }

  function dismiss(id: number): void {
    const at = toasts.findIndex((item) => item.id === id)
    if (at >= 0) toasts.splice(at, 1)
  }

  function write(mode: ReplyMode): void {
    replyMode.value = mode
    focusReply.value = true
  }

  function answer(what: Answered): void {
    answered.value = what
    write('reply')
  }

  watch(
    [theme, prefersDark],
    () => {
      const dark = theme.value === 'dark' || (theme.value === 'auto' && prefersDark.value)
      document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    },
    { immediate: true },
  )

  return { theme, sound, desktop, panelOpen, panelView, replyMode, overlay, knowledgeOpen, toasts, focusReply, answered, toast, dismiss, write, answer }
})
