// The conversation with the loader on the host page. Accepts words from the parent window at the announced origin only.
import { seal, unseal, type ToFrame, type ToHost } from '../shared/protocol'

/** Return the origin that embedded us, as the loader wrote it into our address; empty when we stand alone. */
export function hostOrigin(hash: string, isFramed: boolean): string {
  const origin = new URLSearchParams(hash.replace(/^#/, '')).get('host') ?? ''
  return isFramed && /^https?:\/\/[^/]+$/.test(origin) ? origin : ''
}

export function openHost(heard: (message: ToFrame) => void): { tell: (message: ToHost) => void; alone: boolean } {
  const origin = hostOrigin(location.hash, window.parent !== window)
  if (origin) {
    window.addEventListener('message', (event) => {
      const message = unseal<ToFrame>(event, { window: window.parent, origin })
      if (message) heard(message)
    })
  }
  return {
    alone: !origin,
    tell(message) {
      if (origin) window.parent.postMessage(seal(message), origin)
    },
  }
}
