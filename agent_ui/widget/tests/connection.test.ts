// The line over a pretended WebSocket: fresh words at each connect, a way back, an end to refusals, no lost waiter.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openConnection, type Connection } from '../app/connection'

class FakeSocket {
  static all: FakeSocket[] = []
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  sent: string[] = []
  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }
  send(text: string): void {
    this.sent.push(text)
  }
  close(): void {
    this.sent.push('closed')
  }
  hear(text: string): void {
    this.onmessage?.({ data: text })
  }
  open(): void {
    this.hear('0{"sid":"a","pingInterval":25000,"pingTimeout":20000}')
    this.hear('40/visitor,{"sid":"b"}')
  }
  accept(): void {
    this.open()
    this.hear('42/visitor,["welcome",{}]')
  }
}

const newest = (): FakeSocket => FakeSocket.all.at(-1) as FakeSocket
const polls: string[] = []
let since = 0
let refusal: number | null = null
let heard: [string, unknown][]
let lost: number
let line: Connection

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.stubGlobal('fetch', async (address: string) => {
    polls.push(address)
    throw new Error('no network')
  })
  FakeSocket.all = []
  polls.length = 0
  heard = []
  lost = 0
  since = 0
  refusal = null
  line = openConnection({
    auth: () => ({ since }),
    heard: (event, data) => heard.push([event, data]),
    lost: () => (lost += 1),
    refused: () => refusal,
  })
  line.connect()
})

afterEach(() => {
  line.leave()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the line', () => {
  it('tells the newest place at each connect', async () => {
    newest().accept()
    expect(newest().sent).toEqual(['40/visitor,{"since":0}'])
    since = 9
    newest().onclose?.()
    expect(line.connected).toBe(false)
    await vi.advanceTimersByTimeAsync(1000)
    newest().accept()
    expect(FakeSocket.all).toHaveLength(2)
    expect(newest().sent).toEqual(['40/visitor,{"since":9}'])
    expect(lost).toBe(1)
  })

  it('gives each answer to its own question', async () => {
    newest().accept()
    const first = line.ask('a', {})
    const second = line.ask('b', {})
    newest().hear('43/visitor,2[{"ok":true,"n":2}]')
    newest().hear('43/visitor,1[{"ok":true,"n":1}]')
    expect(await first).toEqual({ ok: true, n: 1 })
    expect(await second).toEqual({ ok: true, n: 2 })
  })

  it('leaves no question waiting for ever', async () => {
    newest().accept()
    const slow = expect(line.ask('a', {})).rejects.toThrow('in time')
    await vi.advanceTimersByTimeAsync(8000)
    await slow
    const cut = expect(line.ask('b', {})).rejects.toThrow('broke')
    newest().onclose?.()
    await cut
    await expect(line.ask('c', {})).rejects.toThrow('not connected')
  })

  it('answers pings and notices when they stop', async () => {
    newest().accept()
    newest().hear('2')
    expect(newest().sent.at(-1)).toBe('3')
    await vi.advanceTimersByTimeAsync(44_000)
    expect(lost).toBe(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(lost).toBe(1)
  })

  it('comes back when it is let in and never welcomed, whatever pings come', async () => {
    newest().open()
    await vi.advanceTimersByTimeAsync(10_000)
    newest().hear('2')
    await vi.advanceTimersByTimeAsync(4_000)
    expect(lost).toBe(0)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(lost).toBe(1)
    expect(FakeSocket.all).toHaveLength(2)
    newest().accept()
    await vi.advanceTimersByTimeAsync(40_000)
    expect(lost).toBe(1)
  })

  it('comes back after a server that says goodbye', async () => {
    newest().accept()
    newest().hear('41/visitor,')
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('stays away when it is refused, or comes back when it is told to', async () => {
    newest().hear('0{"sid":"a","pingInterval":25000,"pingTimeout":20000}')
    newest().hear('44/visitor,{"message":"no"}')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.all).toHaveLength(1)
    refusal = 3
    line.connect()
    newest().hear('0{"sid":"a","pingInterval":25000,"pingTimeout":20000}')
    newest().hear('44/visitor,{"message":"busy"}')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(FakeSocket.all).toHaveLength(3)
  })

  it('tries polling where no WebSocket gets through, then begins again', async () => {
    newest().onclose?.()
    await vi.advanceTimersByTimeAsync(1)
    expect(polls).toEqual(['/socket.io/?EIO=4&transport=polling'])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(FakeSocket.all.length).toBeGreaterThan(1)
  })

  it('is silent once it has been left', async () => {
    newest().accept()
    line.leave()
    expect(newest().sent.slice(-2)).toEqual(['41/visitor,', 'closed'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.all).toHaveLength(1)
  })
})
