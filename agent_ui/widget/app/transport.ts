// Two ways for packets to travel: a WebSocket, and long polling for networks that let no WebSocket through.
// A transport reports packets and its own end, once; it knows nothing of what the packets mean.
import { SEPARATOR } from '../model/packets'

export interface Transport {
  send(packet: string): void
  /** End it without a report. */
  close(): void
}

export interface Hears {
  packet(text: string): void
  ended(): void
}

const path = '/socket.io/?EIO=4&transport='
// The server answers a poll at its next ping at the latest, 25 s by default; double that means the line is dead.
const POLL_MS = 60_000

export function openWebSocket(hears: Hears): Transport {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}websocket`)
  socket.onmessage = (event) => typeof event.data === 'string' && hears.packet(event.data)
  socket.onclose = () => hears.ended()
  return {
    send: (packet) => socket.send(packet),
    close() {
      socket.onmessage = socket.onclose = null
      socket.close()
    },
  }
}

export function openPolling(hears: Hears): Transport {
  const end = new AbortController()
  let address = `${path}polling`
  let waiting: string[] = []
  let posting = false

  async function call(body?: string): Promise<string> {
    const signal = AbortSignal.any([end.signal, AbortSignal.timeout(POLL_MS)])
    const response = await fetch(address, { method: body ? 'POST' : 'GET', body, signal, cache: 'no-store' })
    if (!response.ok) throw new Error(String(response.status))
    return response.text()
  }

  async function pull(): Promise<void> {
    while (!end.signal.aborted) {
      for (const packet of (await call()).split(SEPARATOR)) {
        if (packet.startsWith('0')) address += `&sid=${(JSON.parse(packet.slice(1)) as { sid: string }).sid}`
        if (!end.signal.aborted) hears.packet(packet)
      }
    }
  }

  async function push(): Promise<void> {
    if (posting) return
    posting = true
    while (waiting.length) await call(waiting.splice(0).join(SEPARATOR))
    posting = false
  }

  function broken(): void {
    if (end.signal.aborted) return
    end.abort()
    hears.ended()
  }

  pull().catch(broken)
  return {
    send(packet) {
      waiting.push(packet)
      push().catch(broken)
    },
    close() {
      waiting = []
      // Say goodbye, or the server would hold the session until its own time-out.
      if (address.includes('sid=')) void fetch(address, { method: 'POST', body: '1', keepalive: true }).catch(() => undefined)
      end.abort()
    },
  }
}
