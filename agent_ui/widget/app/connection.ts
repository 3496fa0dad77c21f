// The line to the hub: connects, comes back, and tells refusals from bad networks. Carries no state of the chat;
// what to say on connecting is asked afresh each time, so a reconnect always tells the newest place.
import { connectPacket, eventPacket, leavePacket, pongPacket, readPacket } from '../model/packets'
import type { Ack } from '../model/types'
import { openPolling, openWebSocket, type Transport } from './transport'

export type Link = 'idle' | 'connecting' | 'online' | 'offline' | 'refused'

export interface Refusal {
  message: string
  data?: unknown
}

export interface Connection {
  readonly connected: boolean
  connect(): void
  /** Leave and come back with what `auth` says now. */
  renew(): void
  leave(): void
  /** Emit and wait for the acknowledgement; rejects when none came in time or the line is down. */
  ask(event: string, body: Record<string, unknown>): Promise<Ack>
  /** Emit something that may be lost. */
  tell(event: string, body: Record<string, unknown>): void
}

type Waiter = { resolve: (ack: Ack) => void; reject: (error: Error) => void }

const NAMESPACE = '/visitor'
const ACK_MS = 8_000
const HANDSHAKE_MS = 10_000
// The hub lets us in, then welcomes us, within 5 s each, or says that it cannot. A line that brings neither is none.
const WELCOME_MS = 15_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 8_000

export function openConnection(options: {
  auth: () => Record<string, unknown>
  heard: (event: string, data: unknown) => void
  lost: () => void
  /** Return seconds to wait before another try, or null to stop. */
  refused: (refusal: Refusal) => number | null
}): Connection {
  const waiters = new Map<number, Waiter>()
  let transport: Transport | null = null
  let wanted = false
  let connected = false
  let polling = false
  let greeted = false
  let silenceMs = HANDSHAKE_MS
  let failures = 0
  let lastId = 0
  let again: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let welcome: ReturnType<typeof setTimeout> | undefined

  function connect(): void {
    wanted = true
    clearTimeout(again)
    if (transport) return
    greeted = false
    silenceMs = HANDSHAKE_MS
    transport = (polling ? openPolling : openWebSocket)({ packet, ended })
    listen()
  }

  // Anything heard proves the line; nothing for longer than the server's own rhythm means that it is dead.
  function listen(): void {
    clearTimeout(silence)
    silence = setTimeout(ended, silenceMs)
  }

  function packet(text: string): void {
    listen()
    const heard = readPacket(text, NAMESPACE)
    switch (heard.type) {
      case 'open':
        greeted = true
        silenceMs = heard.silenceMs
        // Pings keep an idle line alive; they do not make up for a word that never came.
        clearTimeout(welcome)
        welcome = setTimeout(ended, WELCOME_MS)
        return transport?.send(connectPacket(NAMESPACE, options.auth()))
      case 'ping':
        return transport?.send(pongPacket(heard.data))
      case 'connected':
        connected = true
        return
      case 'event':
        // A server may speak before its own confirmation; what it says proves that we are in. Its confirmation alone
        // does not: some confirm first and refuse afterwards.
        connected = true
        failures = 0
        clearTimeout(welcome)
        return options.heard(heard.name, heard.body)
      case 'ack':
        waiters.get(heard.id)?.resolve(heard.body as Ack)
        return void waiters.delete(heard.id)
      case 'refused':
        drop()
        return refused(heard.body)
      case 'disconnected':
      case 'close':
        return ended()
      case 'other':
    }
  }

  function refused(refusal: Refusal): void {
    const seconds = options.refused(refusal)
    if (seconds === null) wanted = false
    else retryIn(seconds * 1000)
  }

  function drop(): void {
    clearTimeout(silence)
    clearTimeout(welcome)
    transport?.close()
    transport = null
    connected = false
    for (const waiter of waiters.values()) waiter.reject(new Error('the line broke'))
    waiters.clear()
  }

  function ended(): void {
    if (!transport) return
    drop()
    options.lost()
    if (!wanted) return
    // A WebSocket that never got a word through may be forbidden here: ask by polling at once, then begin again.
    const forbidden = !greeted && !polling
    polling = forbidden || (polling && greeted)
    if (forbidden) return retryIn(0)
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
    failures += 1
    retryIn(pause * (0.5 + Math.random()))
  }

  function retryIn(ms: number): void {
    clearTimeout(again)
    again = setTimeout(connect, ms)
  }

  // A pause is pointless once the network or the visitor is back.
  function hurry(): void {
    if (wanted && !transport && document.visibilityState === 'visible') connect()
  }

  function leave(): void {
    wanted = false
    clearTimeout(again)
    if (connected) transport?.send(leavePacket(NAMESPACE))
    drop()
  }

  function emit(event: string, body: Record<string, unknown>): number {
    lastId += 1
    transport?.send(eventPacket(NAMESPACE, event, body, lastId))
    return lastId
  }

  window.addEventListener('online', hurry)
  document.addEventListener('visibilitychange', hurry)

  return {
    get connected() {
      return connected
    },
    connect,
    renew() {
      leave()
      connect()
    },
    leave,
    ask(event, body) {
      return new Promise((resolve, reject) => {
        if (!connected) return reject(new Error('not connected'))
        const id = emit(event, body)
        waiters.set(id, { resolve, reject })
        setTimeout(() => waiters.delete(id) && reject(new Error('no answer in time')), ACK_MS)
      })
    },
    tell(event, body) {
      if (connected) emit(event, body)
    },
  }
}
