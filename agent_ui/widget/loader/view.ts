// The launcher button and the panel that holds the iframe. Draws and measures; decides nothing about the conversation.
import { styles } from './styles'

export interface Labels {
  open: string
  close: string
  unread: string
  frame: string
  loading: string
  failed: string
}

const talk = 'M12 3.5c-5 0-9 3.4-9 7.7 0 2.4 1.3 4.6 3.3 6-.1 1-.6 2-1.4 2.8 1.7-.1 3.2-.7 4.4-1.5.9.2 1.8.4 2.7.4 5 0 9-3.4 9-7.7s-4-7.7-9-7.7Z'
const down = 'm6 9.5 6 6 6-6'

export class View {
  readonly launcher = element('button')
  readonly frame = element('iframe')
  private readonly host = element('div')
  private readonly root = element('div')
  private readonly badge = element('span')
  private readonly status = element('div')
  private readonly panel = element('div')

  constructor(on: { toggle: () => void; close: () => void }) {
    this.host.id = 'huike-widget'
    const shadow = this.host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    shadow.adoptedStyleSheets = [sheet]
    this.launcher.type = 'button'
    this.launcher.className = 'launcher'
    this.launcher.dataset['testid'] = 'huike-launcher'
    this.launcher.setAttribute('aria-haspopup', 'dialog')
    this.launcher.append(icon(talk, 'talk'), icon(down, 'down'), this.badge)
    this.launcher.addEventListener('click', on.toggle)
    this.badge.className = 'badge'
    this.badge.hidden = true
    this.badge.dataset['testid'] = 'huike-unread'
    this.badge.setAttribute('aria-hidden', 'true')
    this.panel.className = 'panel'
    this.panel.setAttribute('role', 'dialog')
    this.panel.dataset['testid'] = 'huike-panel'
    this.status.className = 'status'
    this.status.setAttribute('role', 'status')
    this.frame.dataset['testid'] = 'huike-frame'
    this.frame.allow = 'autoplay'
    this.panel.append(this.status, this.frame)
    this.root.append(this.launcher, this.panel)
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') on.close()
    })
    shadow.append(this.root)
  }

  attach(): void {
    document.body.append(this.host)
  }

  paint(state: { open: boolean; full: boolean; ready: boolean; dark: boolean; bare: boolean; position: string }): void {
    const names = Object.entries(state).filter(([, value]) => value === true)
    this.root.className = [state.position === 'left' ? 'left' : 'right', ...names.map(([name]) => name)].join(' ')
    this.launcher.setAttribute('aria-expanded', String(state.open))
    if (!state.full) this.panel.removeAttribute('style')
  }

  colour(fill: string, on: string): void {
    this.root.style.setProperty('--fill', fill)
    this.root.style.setProperty('--on', on)
  }

  label(labels: Labels, open: boolean, unread: number): void {
    const count = unread > 0 && !open ? labels.unread.replace('{count}', String(unread)) : ''
    this.launcher.setAttribute('aria-label', [open ? labels.close : labels.open, count].filter(Boolean).join(', '))
    this.badge.hidden = !count
    this.badge.textContent = unread > 99 ? '99+' : String(unread)
    this.frame.title = labels.frame
    this.panel.setAttribute('aria-label', labels.frame)
  }

  /** Words in place of the chat while it opens, or with a button when it could not. */
  say(text: string, close?: { label: string; act: () => void }): void {
    this.status.replaceChildren(text)
    if (!close) return
    const button = element('button')
    button.type = 'button'
    button.textContent = close.label
    button.addEventListener('click', close.act)
    this.status.append(button)
  }

  /** On a phone the keyboard covers part of the page: keep the panel inside what can be seen. */
  fit(seen: { offsetTop: number; height: number }): void {
    this.panel.style.top = `${seen.offsetTop}px`
    this.panel.style.height = `${seen.height}px`
  }
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name] {
  return document.createElement(name)
}

function icon(path: string, name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const line = document.createElementNS(svg.namespaceURI, 'path')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', name)
  svg.setAttribute('aria-hidden', 'true')
  const look = { d: path, fill: 'none', stroke: 'currentColor', 'stroke-width': '1.9', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }
  for (const [key, value] of Object.entries(look)) line.setAttribute(key, value)
  svg.append(line)
  return svg as SVGSVGElement
}
