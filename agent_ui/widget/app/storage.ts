// The iframe's own storage, apart for each channel. Browsers partition it by the page around us, and some refuse it
// altogether: then everything works for as long as the page is open.

export interface Storage {
  get(name: string): string | null
  set(name: string, value: string): void
  remove(name: string): void
  /** Names that begin with this, in no order. */
  names(prefix: string): string[]
}

export function openStorage(channel: string): Storage {
  const prefix = `huike:${channel}:`
  const memory = new Map<string, string>()
  const real = usable()
  return {
    get: (name) => (real ? real.getItem(prefix + name) : (memory.get(name) ?? null)),
    set(name, value) {
      try {
        if (real) real.setItem(prefix + name, value)
        else memory.set(name, value)
      } catch {
        // Full: the message still leaves by the socket, only its survival of a reload is lost.
        memory.set(name, value)
      }
    },
    remove(name) {
      real?.removeItem(prefix + name)
      memory.delete(name)
    },
    names(start) {
      const keys = real ? Object.keys(real).filter((key) => key.startsWith(prefix)) : []
      return [...keys.map((key) => key.slice(prefix.length)), ...memory.keys()].filter((key) => key.startsWith(start))
    },
  }
}

function usable(): globalThis.Storage | null {
  try {
    window.localStorage.setItem('huike:probe', '1')
    window.localStorage.removeItem('huike:probe')
    return window.localStorage
  } catch {
    return null
  }
}
