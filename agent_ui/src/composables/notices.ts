// Tells the agent of offers and messages outside the thread: sound, window title, desktop notification.
import { computed, onScopeDispose, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { isMessage } from '@/api/types'
import { isHeldBy } from '@/model/filters'
import { previewOf } from '@/model/merge'
import { useLive } from '@/stores/live'
import { useSessions } from '@/stores/sessions'
import { useUi } from '@/stores/ui'
import { useActions } from './actions'
import { useNow } from './now'
import { usePeople } from './people'

let audio: AudioContext | null = null

/** Two soft notes, made here so that no sound file is needed. Silent where the browser forbids sound. */
export function chime(notes: readonly number[]): void {
  try {
    audio ??= new AudioContext()
    const start = audio.currentTime
    notes.forEach((frequency, i) => {
      const tone = audio!.createOscillator()
      const gain = audio!.createGain()
      tone.frequency.value = frequency
      gain.gain.setValueAtTime(0.0001, start + i * 0.14)
      gain.gain.exponentialRampToValueAtTime(0.12, start + i * 0.14 + 0.02)
      gain.gain.exponentialRampToValueAtTime(0.0001, start + i * 0.14 + 0.3)
      tone.connect(gain).connect(audio!.destination)
      tone.start(start + i * 0.14)
      tone.stop(start + i * 0.14 + 0.32)
    })
  } catch {
    audio = null
  }
}

/** A notice of the desktop where that is wanted and allowed, unless somebody is looking anyway. */
export function showNotification(title: string, tag: string, open: () => void): void {
  if (!useUi().desktop || !('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  const note = new Notification(title, { tag, icon: '/favicon.svg' })
  note.onclick = () => {
    window.focus()
    open()
    note.close()
  }
}

export function useNotices() {
  const { t } = useI18n()
  const live = useLive()
  const sessions = useSessions()
  const ui = useUi()
  const now = useNow()
  const people = usePeople()
  const actions = useActions()

  const offers = computed(() => sessions.offers(now.value))
  const offerIds = computed(() => offers.value.map((session) => session.offer!.id).join(' '))

  const notify = (title: string, sessionId: string) => showNotification(title, sessionId, () => actions.open(sessionId))

  watch(offerIds, (_ids, before) => {
    const known = new Set(before ? before.split(' ') : [])
    const fresh = offers.value.filter((session) => !known.has(session.offer!.id))
    if (!fresh.length) return
    if (ui.sound) chime([660, 880])
    for (const session of fresh) notify(t('notice.offer', { name: people.customerName(session) }), session.id)
  })

  const off = live.onEffect((effect, event) => {
    const entry = effect.added
    const session = event.session_id ? live.sessions.get(event.session_id) : undefined
    if (!entry || !session || !isMessage(entry) || entry.direction !== 'in' || !isHeldBy(session, sessions.me)) return
    if (document.hasFocus() && sessions.selectedId === session.id) return
    if (ui.sound) chime([740])
    notify(t('notice.message', { name: people.customerName(session), text: previewOf(entry).slice(0, 80) }), session.id)
  })
  onScopeDispose(off)

  const blink = computed(() => offers.value.length > 0 && Math.floor(now.value / 1000) % 2 === 0)
  watch(
    [() => sessions.unreadMine, () => offers.value.length, blink],
    ([unread, waiting, on]) => {
      const count = unread + waiting
      const name = t('app.name')
      if (waiting && on) document.title = `● ${t('notice.titleOffer')}`
      else document.title = count ? `(${count}) ${name}` : name
    },
    { immediate: true },
  )
  onScopeDispose(() => (document.title = t('app.name')))

  return { offers }
}

/** Ask the browser once; the switch stays off when it says no. */
export async function allowDesktop(): Promise<boolean> {
  if (!('Notification' in window)) return false
  return (await Notification.requestPermission()) === 'granted'
}
