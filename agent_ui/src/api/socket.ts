// One connection to the `/agent` namespace. It keeps the cursor, presents a fresh token at each attempt and passes
// frames on; it does not know what they mean.
import { io, type Socket } from 'socket.io-client'
import type { StreamEvent } from './types'

export interface Handlers {
  /** `resumed` is true when the server replays what we missed instead of needing a fresh load. */
  connected(resumed: boolean): void
  disconnected(): void
  event(event: StreamEvent): void
  resync(): void
  /** The server refused the connection, with its code; resolves to true when another try makes sense. */
  refused(code: string): Promise<boolean>
}

export interface Ack {
  ok: boolean
  error?: { type: string; detail: string; retry_after?: number }
  [key: string]: unknown
}

export interface AgentSocket {
  /** Fire and forget; dropped while not connected, because typing and the like grow stale. */
  hint(event: string, body: object): void
  /** Try again now (the browser says that the network is back). */
  nudge(): void
  close(): void
}

const RETRY_MIN_MS = 500
const RETRY_MAX_MS = 5_000
const ACK_TIMEOUT_MS = 8_000

export function openSocket(token: () => Promise<string | null>, handlers: Handlers): AgentSocket {
  let cursor: string | undefined
  let closed = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let tries = 0
  const socket: Socket = io('/agent', {
    path: '/socket.io',
    transports: ['websocket', 'polling'],
    reconnectionDelay: RETRY_MIN_MS,
    reconnectionDelayMax: RETRY_MAX_MS,
    timeout: 10_000,
    auth: (give) => {
      void token().then((value) => give(cursor ? { token: value, cursor } : { token: value }))
    },
  })

  // socket.io-client retries lost transports by itself, but not a refusal or a goodbye from the server.
  const again = () => {
    if (closed || retry) return
    const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(tries++, 5)) * (0.5 + Math.random())
    retry = setTimeout(() => {
      retry = undefined
      if (!closed) socket.connect()
    }, wait)
  }

  socket.on('connect', () => {
    tries = 0
    handlers.connected(cursor !== undefined)
  })
  socket.on('disconnect', () => {
    handlers.disconnected()
    if (!socket.active) again()
  })
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    handlers.disconnected()
    if (socket.active) return
    void handlers.refused(error.data?.code ?? '').then((worth) => {
      if (worth) again()
    })
  })
  const resync = (frame?: StreamEvent) => {
    cursor = frame?.cursor
    handlers.resync()
  }
  socket.on('event', (frame: StreamEvent) => {
    if (typeof frame?.type !== 'string') return
    if (frame.type === 'resync') return resync(frame)
    handlers.event(frame)
    if (frame.cursor) cursor = frame.cursor
  })
  socket.on('resync', (frame?: StreamEvent) => resync(frame))

  return {
    hint(event, body) {
      if (socket.connected) socket.timeout(ACK_TIMEOUT_MS).emit(event, body, () => undefined)
    },
    nudge() {
      if (!closed && !socket.connected) {
        clearTimeout(retry)
        retry = undefined
        socket.connect()
      }
    },
    close() {
      closed = true
      clearTimeout(retry)
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}
