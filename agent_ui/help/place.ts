// Where the reader is: the address says it, so that pages can be shared and the browser's Back works.
import { reactive } from 'vue'

export interface Place {
  id: string | null
  q: string
  category: string | null
}

function here(): Place {
  const asked = new URLSearchParams(location.search)
  const id = /^\/help\/([^/]+)$/.exec(location.pathname)?.[1]
  return { id: id ? decodeURIComponent(id) : null, q: asked.get('q') ?? '', category: asked.get('category') }
}

export const place = reactive<Place>(here())
window.addEventListener('popstate', () => Object.assign(place, here()))

export function addressOf(to: Partial<Place>): string {
  const asked = new URLSearchParams()
  if (to.q) asked.set('q', to.q)
  if (to.category !== null && to.category !== undefined) asked.set('category', to.category)
  const text = asked.toString()
  return (to.id ? `/help/${encodeURIComponent(to.id)}` : '/help') + (text ? `?${text}` : '')
}

/** Typing replaces the address, going somewhere adds to it. */
export function go(to: Partial<Place>, replace = false): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(to))
  Object.assign(place, { id: null, q: '', category: null }, to)
  if (!replace) window.scrollTo(0, 0)
}
