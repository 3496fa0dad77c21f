// The text packets of Engine.IO 4 and Socket.IO 5 that one namespace without binary data needs. Pure.
//
// The library's client is 13 kB gzipped, mostly for things that a chat never uses (binary data, upgrades, several
// namespaces); the whole chat has 45. Source: socket.io protocol pages, engine revision 4 and socket revision 5.

export type Packet =
  | { type: 'open'; sid: string; silenceMs: number }
  | { type: 'close' }
  | { type: 'ping'; data: string }
  | { type: 'connected' }
  | { type: 'disconnected' }
  | { type: 'refused'; body: { message: string; data?: unknown } }
  | { type: 'event'; name: string; body: unknown }
  | { type: 'ack'; id: number; body: unknown }
  | { type: 'other' }

const other: Packet = { type: 'other' }

/** Separates packets in one polling body. */
export const SEPARATOR = '\x1e'

/** Read one packet. Anything malformed, binary or of another namespace is `other`: a peer's fault must not stop us. */
export function readPacket(text: string, namespace: string): Packet {
  try {
    return read(text, namespace)
  } catch {
    return other
  }
}

export function connectPacket(namespace: string, auth: unknown): string {
  return `40${namespace},${JSON.stringify(auth)}`
}

export function eventPacket(namespace: string, name: string, body: unknown, id: number): string {
  return `42${namespace},${id}${JSON.stringify([name, body])}`
}

export function pongPacket(data: string): string {
  return `3${data}`
}

export function leavePacket(namespace: string): string {
  return `41${namespace},`
}

function read(text: string, namespace: string): Packet {
  const data = text.slice(1)
  if (text[0] === '0') {
    const { sid, pingInterval, pingTimeout } = JSON.parse(data) as Record<string, unknown>
    const silenceMs = Number(pingInterval) + Number(pingTimeout)
    return typeof sid === 'string' && silenceMs > 0 ? { type: 'open', sid, silenceMs } : other
  }
  if (text[0] === '1') return { type: 'close' }
  if (text[0] === '2') return { type: 'ping', data }
  return text[0] === '4' ? readMessage(data, namespace) : other
}

function readMessage(data: string, namespace: string): Packet {
  const head = `${namespace},`
  // Some servers leave out the comma when nothing follows.
  if (data === `1${namespace}`) return { type: 'disconnected' }
  if (!data.startsWith(head, 1)) return other
  const [, id = '', rest = ''] = /^(\d*)([^]*)$/.exec(data.slice(1 + head.length)) ?? []
  if (data[0] === '0') return { type: 'connected' }
  // A server that lets everybody in first gives its refusal as the reason of the goodbye.
  if (data[0] === '1') return rest ? { type: 'refused', body: refusal(JSON.parse(rest)) } : { type: 'disconnected' }
  const body: unknown = JSON.parse(rest)
  if (data[0] === '4') return { type: 'refused', body: refusal(body) }
  if (!Array.isArray(body)) return other
  if (data[0] === '2' && typeof body[0] === 'string') return { type: 'event', name: body[0], body: body[1] }
  return data[0] === '3' && id ? { type: 'ack', id: Number(id), body: body[0] } : other
}

function refusal(body: unknown): { message: string; data?: unknown } {
  if (typeof body === 'string') return { message: body }
  const { message, data } = (body ?? {}) as { message?: unknown; data?: unknown }
  return { message: String(message ?? ''), data }
}
