// Starts the chat inside its iframe and wires it to the host page.
import { computed, createApp, watch } from 'vue'
import { accentFor } from '../model/colour'
import { chooseLocale } from '../shared/locale'
import type { Scheme, ToFrame } from '../shared/protocol'
import App from './App.vue'
import { chatKey, createChat } from './chat'
import { openHost } from './host'
import { locale, setLocale } from './i18n'
import { fetchLater } from './later'
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
      speak(message.locale)
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
      return speak(message.locale)
    case 'draft':
      chat.state.draft = message.text
      return
    case 'reset':
      return chat.forget()
  }
}

// Words that cannot be fetched now leave the language as it is.
function speak(tag: string): void {
  setLocale(chooseLocale(tag)).catch(() => undefined)
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
  const { fill, onFill, soft, ink } = accentFor(theme?.color, dark)
  const colours = { accent: fill, 'on-accent': onFill, 'accent-soft': soft, 'accent-ink': ink }
  for (const [name, colour] of Object.entries(colours)) root.style.setProperty(`--${name}`, colour)
  const position = theme?.position?.includes('left') ? 'left' : 'right'
  host.tell({ type: 'theme', color: fill, onColor: onFill, position })
}

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

// Soon after the first look, so that it is here before the line may be gone or the hub may have a newer one.
const LATER_MS = 1_500

// The loader writes the language of its page into our address, so that its words are on their way before it speaks.
const said = new URLSearchParams(location.hash.slice(1)).get('locale')
setLocale(chooseLocale(said, navigator.language)).then(() => {
  createApp(App, { close: () => host.tell({ type: 'close' }), alone: host.alone }).provide(chatKey, chat).mount('#chat')
  setTimeout(() => fetchLater().catch(() => undefined), LATER_MS)
  if (host.alone) {
    paint()
    show(true, true)
    chat.start()
  } else {
    host.tell({ type: 'ready' })
  }
})
