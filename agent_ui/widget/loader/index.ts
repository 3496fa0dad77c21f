// The script that a host page embeds. It makes the button and the iframe, passes words between page and chat, and gives
// the page window.$huike. It must stay small, must not touch anything of the page, and must not speak to the hub itself.
import { chooseLocale, type Locale } from '../shared/locale'
import { seal, unseal, type Person, type Scheme, type ToFrame, type ToHost } from '../shared/protocol'
import en from '../locales/loader.en.json'
import zh from '../locales/loader.zh-CN.json'
import { isCall, waitingCalls, type Call } from './calls'
import { TitleBadge } from './title'
import { View, type Labels } from './view'

interface Settings {
  locale?: string
  user?: Person
  scheme?: Scheme
  color?: string
  position?: 'left' | 'right'
  hideLauncher?: boolean
  titleBadge?: boolean
  open?: boolean
}

type Listener = (detail: Record<string, unknown>) => void

const labels: Record<Locale, Labels> = { 'zh-CN': zh, en }
// Longer than a slow phone needs for the frame; afterwards the visitor should read why nothing appears.
const PATIENCE_MS = 20_000

function start(script: HTMLScriptElement, channel: string): void {
  const page = window as unknown as { huikeSettings?: Settings; $huike?: unknown }
  const settings = page.huikeSettings ?? {}
  const hub = new URL(script.src, location.href).origin
  const view = new View({ toggle: () => toggle(), close })
  const title = new TitleBadge(document)
  const phone = matchMedia('(max-width: 480px), (max-height: 420px)')
  const night = matchMedia('(prefers-color-scheme: dark)')
  const listeners = new Map<string, Set<Listener>>()
  let forget = false
  let draft = ''
  let locale = chooseLocale(settings.locale, document.documentElement.lang, navigator.language)
  let user = settings.user ?? null
  let opened = false
  let ready = false
  let unread = 0
  let position = settings.position ?? 'right'
  let returnTo: Element | null = null
  let patience: ReturnType<typeof setTimeout> | undefined

  function paint(): void {
    const dark = settings.scheme === 'dark' || (settings.scheme !== 'light' && night.matches)
    view.paint({ open: opened, full: phone.matches, ready, dark, bare: settings.hideLauncher === true, position })
    view.label(labels[locale], opened, unread)
    title.show(settings.titleBadge === false ? 0 : unread)
    if (phone.matches && opened) fit()
  }

  function fit(): void {
    if (phone.matches && window.visualViewport) view.fit(window.visualViewport)
  }

  function load(): void {
    if (view.frame.src) return
    view.say(labels[locale].loading)
    view.frame.src = `${hub}/widget/frame?channel=${encodeURIComponent(channel)}#host=${encodeURIComponent(location.origin)}&locale=${locale}`
    patience = setTimeout(() => {
      view.say(labels[locale].failed, { label: labels[locale].close, act: close })
      emit('error', { type: 'unavailable' })
    }, PATIENCE_MS)
  }

  // Before the frame is ready nothing is lost by silence: its first message, `init`, carries all of this.
  function post(message: ToFrame): void {
    if (ready) view.frame.contentWindow?.postMessage(seal(message), hub)
  }

  function emit(name: string, detail: Record<string, unknown> = {}): void {
    for (const listener of listeners.get(name) ?? []) {
      try {
        listener(detail)
      } catch (error) {
        // A fault of the page's own listener must not stop the chat.
        setTimeout(() => {
          throw error
        })
      }
    }
  }

  /** Open the chat; a text is put into its input, not sent. */
  function open(options?: { text?: string }): void {
    if (options?.text) {
      draft = options.text
      post({ type: 'draft', text: draft })
    }
    if (opened) return
    returnTo = document.activeElement
    opened = true
    load()
    paint()
    post({ type: 'shown', open: true, full: phone.matches })
    if (ready) view.frame.focus()
    emit('open')
  }

  function close(): void {
    if (!opened) return
    opened = false
    paint()
    post({ type: 'shown', open: false, full: phone.matches })
    const back = settings.hideLauncher ? returnTo : view.launcher
    if (back instanceof HTMLElement) back.focus()
    emit('close')
  }

  function toggle(): void {
    if (opened) close()
    else open()
  }

  const api = {
    open,
    close,
    toggle,
    setUser(person: Person): void {
      user = person
      post({ type: 'user', user: person })
    },
    setLocale(tag: string): void {
      locale = chooseLocale(tag)
      post({ type: 'locale', locale })
      paint()
    },
    reset(): void {
      user = null
      forget = !ready
      post({ type: 'reset' })
    },
    /** Listen; the answer is a function that stops listening. */
    on(name: string, listener: Listener): () => void {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener))
      if (name === 'ready' && ready) listener({})
      return () => void set.delete(listener)
    },
    push(call: Call): void {
      if (isCall(call)) run(call)
    },
  }

  function run([name, ...args]: Call): void {
    const method = (api as Record<string, unknown>)[name]
    if (typeof method === 'function' && name !== 'push') (method as (...all: unknown[]) => void)(...args)
  }

  function hear(message: ToHost): void {
    switch (message.type) {
      case 'ready':
        clearTimeout(patience)
        ready = true
        post({ type: 'init', locale, user, scheme: settings.scheme ?? 'auto', open: opened, full: phone.matches, forget, draft })
        if (opened) view.frame.focus()
        emit('ready')
        break
      case 'close':
        return close()
      case 'theme':
        if (!settings.color) view.colour(message.color, message.onColor)
        position = settings.position ?? message.position
        break
      case 'unread':
        if (message.count === unread) return
        unread = message.count
        emit('unread', { count: unread })
        break
      case 'locale':
        locale = chooseLocale(message.locale)
        break
      case 'event':
        return emit(message.name, message.detail)
    }
    paint()
  }

  window.addEventListener('message', (event) => {
    const message = unseal<ToHost>(event, { window: view.frame.contentWindow, origin: hub })
    if (message) hear(message)
  })
  document.addEventListener('visibilitychange', paint)
  night.addEventListener('change', paint)
  phone.addEventListener('change', () => {
    paint()
    post({ type: 'shown', open: opened, full: phone.matches })
  })
  window.visualViewport?.addEventListener('resize', fit)
  window.visualViewport?.addEventListener('scroll', fit)

  const early = waitingCalls(page.$huike)
  page.$huike = api
  view.colour(settings.color ?? '#0f6b62', '#fff')
  paint()
  view.attach()
  early.forEach(run)
  if (settings.open) open()
  // The page comes first: the frame is fetched when the page has nothing left to do.
  const idle = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 300))
  if (document.readyState === 'complete') idle(load)
  else window.addEventListener('load', () => idle(load), { once: true })
}

const script = (document.currentScript ?? document.querySelector('script[data-channel]')) as HTMLScriptElement | null
const channel = script?.dataset['channel']
if (script && channel && !document.getElementById('huike-widget')) {
  if (document.body) start(script, channel)
  else document.addEventListener('DOMContentLoaded', () => start(script, channel), { once: true })
}
