// Exactly once, seen from the visitor: whatever the line does, each message is shown once and ends acknowledged.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../app/connection'
import { createSender } from '../app/sender'
import { createState } from '../app/state'
import type { Storage } from '../app/storage'
import type { Draft } from '../model/outbox'
import type { Ack, Entry } from '../model/types'

type Answer = Ack | 'silence' | 'cut'

function memory(): Storage & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    get: (name) => kept.get(name) ?? null,
    set: (name, value) => void kept.set(name, value),
    remove: (name) => void kept.delete(name),
    names: (start) => [...kept.keys()].filter((key) => key.startsWith(start)),
  }
}

function draft(clientId: string): Draft {
  return { clientId, at: '2026-11-22T01:00:00.000Z', text: clientId, attachments: [], state: 'sending', tries: 0, reason: '' }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

describe('sending', () => {
  let answers: Answer[]
  let asked: string[]
  let shown: Entry[]
  let store: ReturnType<typeof memory>
  let connected: boolean
  const state = createState()

  function makeSender() {
    const line = {
      get connected() {
        return connected
      },
      async ask(_event: string, body: Record<string, unknown>) {
        asked.push(String(body['client_id']))
        const answer = answers.shift() ?? { ok: true, id: `m-${body['client_id']}`, seq: asked.length }
        if (answer === 'cut') connected = false
        if (typeof answer === 'string') throw new Error(answer)
        return answer
      },
    } as Connection
    return createSender(state, store, () => line, (entry) => shown.push(entry))
  }

  beforeEach(() => {
    answers = []
    asked = []
    shown = []
    store = memory()
    connected = true
    Object.assign(state, createState(), { link: 'online' })
  })

  it('keeps a message in storage until it is acknowledged', async () => {
    connected = false
    const sender = makeSender()
    sender.send(draft('a'))
    await settle()
    expect(asked).toEqual([])
    expect(store.names('out:')).toEqual(['out:a'])
    connected = true
    sender.resume()
    await settle()
    expect(asked).toEqual(['a'])
    expect(store.names('out:')).toEqual([])
    expect(shown).toMatchObject([{ client_id: 'a', seq: 1, direction: 'in' }])
  })

  it('sends again under the same id when the line broke before the answer', async () => {
    answers = ['cut']
    const sender = makeSender()
    sender.send(draft('a'))
    sender.send(draft('b'))
    await settle()
    connected = true
    sender.resume()
    await settle()
    expect(asked).toEqual(['a', 'a', 'b'])
    expect(shown.map((entry) => entry.client_id)).toEqual(['a', 'b'])
  })

  it('finds what an earlier page could not send', async () => {
    store.set('out:a', JSON.stringify(draft('a')))
    store.set('out:broken', '{')
    const sender = makeSender()
    expect(state.outbox.map((one) => one.clientId)).toEqual(['a'])
    expect(store.names('out:')).toEqual(['out:a'])
    sender.resume()
    await settle()
    expect(asked).toEqual(['a'])
  })

  it('says what was refused, lets others pass and tries again when asked', async () => {
    answers = [{ ok: false, error: { type: 'invalid', detail: 'too long' } }]
    const sender = makeSender()
    sender.send(draft('a'))
    sender.send(draft('b'))
    await settle()
    expect(state.outbox).toMatchObject([{ clientId: 'a', state: 'failed', reason: 'too long' }])
    sender.retry('a')
    await settle()
    expect(asked).toEqual(['a', 'b', 'a'])
    expect(state.outbox).toEqual([])
  })

  it('gives up for now after three silences', async () => {
    answers = ['silence', 'silence', 'silence']
    const sender = makeSender()
    sender.send(draft('a'))
    await settle()
    expect(asked).toEqual(['a', 'a', 'a'])
    expect(state.outbox).toMatchObject([{ state: 'failed', reason: '' }])
    sender.discard('a')
    expect(store.names('out:')).toEqual([])
  })

  it('waits as long as it is told to', async () => {
    vi.useFakeTimers()
    answers = [{ ok: false, error: { type: 'rate-limited', retry_after: 2 } }]
    makeSender().send(draft('a'))
    await vi.advanceTimersByTimeAsync(1_900)
    expect(asked).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(200)
    expect(asked).toEqual(['a', 'a'])
    expect(state.outbox).toEqual([])
    vi.useRealTimers()
  })

  it('drops a message that the hub has shown to have', async () => {
    answers = ['cut']
    const sender = makeSender()
    sender.send(draft('a'))
    await settle()
    sender.arrived('a')
    connected = true
    sender.resume()
    await settle()
    expect(asked).toEqual(['a'])
  })
})
