import { describe, expect, it } from 'vitest'
import { backoffMs, parseStored, sendable, settle, type Pending } from '@/model/outbox'

function item(client_id: string, sessionId = 's1', state: Pending['state'] = 'sending'): Pending {
  return { sessionId, at: '', body: { client_id, text: client_id }, attachments: [], state, tries: 0, reason: null }
}

describe('sendable', () => {
  it('offers the oldest message of each session, so that order is kept', () => {
    const list = [item('a'), item('b'), item('c', 's2')]
    expect(sendable(list, new Set()).map((one) => one.body.client_id)).toEqual(['a', 'c'])
  })

  it('waits while a session is busy or its first message needs the agent', () => {
    const list = [item('a', 's1', 'conflict'), item('b'), item('c', 's2')]
    expect(sendable(list, new Set(['s2']))).toEqual([])
  })
})

describe('settle', () => {
  it('removes what was accepted and nothing else', () => {
    expect(settle([item('a'), item('b')], 'a', { kind: 'accepted' }).map((one) => one.body.client_id)).toEqual(['b'])
  })

  it('keeps an unanswered message under the same client_id', () => {
    const [kept] = settle([item('a')], 'a', { kind: 'unanswered' })
    expect(kept).toMatchObject({ state: 'sending', tries: 1, body: { client_id: 'a' } })
  })

  it('says why a message was refused, and holds one back when the thread changed', () => {
    expect(settle([item('a')], 'a', { kind: 'refused', reason: 'too long' })[0]).toMatchObject({ state: 'failed', reason: 'too long' })
    expect(settle([item('a')], 'a', { kind: 'thread-changed' })[0]!.state).toBe('conflict')
  })
})

describe('stored lists', () => {
  it('survive a round trip', () => {
    const list = [item('a')]
    expect(parseStored(JSON.stringify(list))).toEqual(list)
  })

  it.each([null, '', '{', '{"a":1}', '[null, {"body": {}}]'])('count as empty when unreadable: %s', (raw) => {
    expect(parseStored(raw)).toEqual([])
  })
})

it('waits longer after each try, at most 15 s', () => {
  expect([1, 2, 3, 4, 9].map(backoffMs)).toEqual([1000, 2000, 4000, 8000, 15000])
})
