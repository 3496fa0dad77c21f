// Starts the chat inside its iframe and wires it to the host page.
import { computed, createApp, watch } from 'vue'
import { accentFor } from '../model/colour'
import { chooseLocale } from '../shared/locale'
import type { Scheme, ToFrame } from '../shared/protocol'
import App from './App.vue'
import { chatKey, createChat } from './chat'
import { openHost } from './host'
import { locale, setLocale } from './i18n'
import './styles/tokens.css'
import './styles/chat.css'

const channel = new URLSearchParams(location.search).get('channel') ?? ''
const night = matchMedia('(prefers-color-scheme: dark)')
const root = document.documentElement
let scheme: Scheme = 'auto'

const host = openHost(heard)
const chat = createChat(channel, { event: (name, detail) => host.tell({ type: 'event', name, detail }) })

function heard(message: ToFrame): void {
  switch (message.type) {
    case 'init':
      scheme = message.scheme
      if (message.forget) chat.forget()
      setLocale(chooseLocale(message.locale))
      if (message.user) chat.identify(message.user)
      paint()
      chat.state.draft = message.draft
      show(message.open, message.full)
      return chat.start()
    case 'shown':
      return show(message.open, message.full)
    case 'user':
      return chat.identify(message.user)
    case 'locale':
      return setLocale(chooseLocale(message.locale))
    case 'draft':
      chat.state.draft = message.text
      return
    case 'reset':
      return chat.forget()
  }
}

function show(open: boolean, full: boolean): void {
  chat.state.open = open
  chat.state.full = full
  if (open && chat.state.link === 'idle') chat.connect()
  if (open) chat.seen()
}

function paint(): void {
  const dark = scheme === 'dark' || (scheme === 'auto' && night.matches)
  root.dataset['scheme'] = dark ? 'dark' : 'light'
  const { theme } = chat.state.channel
  const accent = accentFor(theme?.color, dark)
  root.style.setProperty('--accent', accent.fill)
  root.style.setProperty('--on-accent', accent.onFill)
  root.style.setProperty('--accent-soft', accent.soft)
  root.style.setProperty('--accent-ink', accent.ink)
  const position = theme?.position?.includes('left') ? 'left' : 'right'
  host.tell({ type: 'theme', color: accent.fill, onColor: accent.onFill, position })
}

setLocale(chooseLocale(navigator.language))
night.addEventListener('change', paint)
watch(() => chat.state.channel, paint)
watch(locale, (chosen) => host.tell({ type: 'locale', locale: chosen }))
watch(
  () => chat.state.large,
  (large) => root.toggleAttribute('data-large', large),
  { immediate: true },
)
// What is read in the moment it arrives never counts as unread.
const GLANCE_MS = 60
let glance: ReturnType<typeof setTimeout> | undefined
const unread = computed(() => {
  const { thread, readSeq } = chat.state
  return thread.entries.filter((entry) => entry.direction === 'out' && entry.seq > readSeq).length
})
watch(unread, () => {
  clearTimeout(glance)
  glance = setTimeout(() => host.tell({ type: 'unread', count: unread.value }), GLANCE_MS)
})

createApp(App, { close: () => host.tell({ type: 'close' }), alone: host.alone }).provide(chatKey, chat).mount('#chat')
if (host.alone) {
  paint()
  show(true, true)
  chat.start()
} else {
  host.tell({ type: 'ready' })
}
