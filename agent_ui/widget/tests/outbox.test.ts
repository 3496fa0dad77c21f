// A message keeps its client id and its place until the hub has it, or until its writer gives it up.
import { describe, expect, it } from 'vitest'
import * as outbox from '../model/outbox'

function draft(clientId: string, more: Partial<outbox.Draft> = {}): outbox.Draft {
  return { clientId, at: '2026-11-22T01:00:00.000Z', text: clientId, attachments: [], state: 'sending', tries: 0, reason: '', ...more }
}

describe('the outbox', () => {
  it('sends in the order of writing', () => {
    const box = outbox.added(outbox.added([], draft('a')), draft('b'))
    expect(outbox.next(box)?.clientId).toBe('a')
    expect(outbox.next(outbox.removed(box, 'a'))?.clientId).toBe('b')
  })

  it('holds one message once', () => {
    const box = outbox.added([], draft('a'))
    expect(outbox.added(box, draft('a'))).toBe(box)
  })

  it('lets later messages pass one that failed', () => {
    const box = outbox.refused([draft('a'), draft('b')], 'a', 'too long')
    expect(outbox.next(box)?.clientId).toBe('b')
  })

  it('calls a message failed after the last unanswered try, and sends it again on a new connection', () => {
    let box: outbox.Outbox = [draft('a')]
    for (let tries = 1; tries < outbox.MAX_TRIES; tries += 1) {
      box = outbox.unanswered(box, 'a')
      expect(outbox.next(box)?.clientId).toBe('a')
    }
    box = outbox.unanswered(box, 'a')
    expect(outbox.next(box)).toBeNull()
    expect(outbox.next(outbox.revived(box))).toMatchObject({ clientId: 'a', tries: 0 })
  })

  it('leaves a refused message to its writer', () => {
    const box = outbox.refused([draft('a')], 'a', 'too long')
    expect(outbox.next(outbox.revived(box))).toBeNull()
    expect(outbox.next(outbox.retried(box, 'a'))).toMatchObject({ clientId: 'a', reason: '' })
  })

  it('writes only what the message has', () => {
    expect(outbox.wire(draft('a'))).toEqual({ client_id: 'a', text: 'a' })
    const file = { id: 'f', name: 'n', mime: 'image/png', size: 1, url: '/f' }
    expect(outbox.wire(draft('b', { text: '', attachments: [file] }))).toEqual({ client_id: 'b', attachment_ids: ['f'] })
    expect(outbox.wire(draft('c', { payload: 'yes' }))).toEqual({ client_id: 'c', text: 'c', payload: 'yes' })
  })

  it('survives storage and ignores what is not its own', () => {
    const kept = draft('a', { payload: { x: 1 }, state: 'failed', reason: 'no' })
    expect(outbox.parse(JSON.stringify(kept))).toEqual(kept)
    for (const broken of ['', 'null', '[]', '{"clientId":1}', '{"clientId":"a","text":"b"}']) expect(outbox.parse(broken)).toBeNull()
  })
})
