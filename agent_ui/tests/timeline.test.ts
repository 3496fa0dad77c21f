import { describe, expect, it } from 'vitest'
import type { Pending } from '@/model/outbox'
import { layOut, seqBefore } from '@/model/timeline'
import { activity, message, reply } from './make'

const pending = (client_id: string): Pending => ({
  sessionId: 's1',
  at: '2026-11-22T09:00:00.000Z',
  body: { client_id, text: 'hi' },
  attachments: [],
  state: 'sending',
  tries: 0,
  reason: null,
})

describe('layOut', () => {
  it('starts a section for each calendar day', () => {
    const days = layOut([message(1, { at: '2026-11-20T10:00:00.000Z' }), message(2, { at: '2026-11-22T10:00:00.000Z' })], [], null)
    expect(days.map((day) => day.key)).toEqual(['day-2026-11-20', 'day-2026-11-22'])
  })

  it('groups neighbours of one speaker and breaks at notes, gaps and activities', () => {
    const at = (minute: number) => ({ at: `2026-11-22T08:${String(minute).padStart(2, '0')}:00.000Z` })
    const entries = [message(1, at(0)), message(2, at(1)), message(3, at(9)), reply(4, 'read', at(9)), reply(5, 'read', { ...at(9), note: true }), activity(6, 'closed')]
    const rows = layOut(entries, [], null)[0]!.rows
    expect(rows.map((row) => (row.type === 'message' ? [row.first, row.last] : row.type))).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
      'activity',
    ])
  })

  it('takes an earlier message as read once a later one on the same channel is', () => {
    const entries = [
      reply(1, 'sent'),
      reply(2, 'failed'),
      reply(3, 'delivered', { channel_id: 'sms' }),
      reply(4, 'read'),
      reply(5, 'sent'),
      message(6),
      reply(7, 'read', { note: true, channel_id: 'sms' }),
    ]
    const rows = layOut(entries, [], null)[0]!.rows
    expect(rows.map((row) => (row.type === 'message' ? row.delivery?.state : null))).toEqual(['read', 'failed', 'delivered', 'read', 'sent', undefined, undefined])
    expect(entries[0]!.delivery!.state).toBe('sent')
  })

  it('puts the unread line before the first unread message of the customer, once', () => {
    const rows = layOut([message(1), reply(2, 'read'), message(3), message(4)], [], { after: 1, count: 2 })[0]!.rows
    expect(rows.map((row) => row.type)).toEqual(['message', 'message', 'unread', 'message', 'message'])
    expect(rows[2]).toMatchObject({ count: 2 })
  })

  it('shows a pending message until its entry is there, under the same key', () => {
    const before = layOut([message(1)], [pending('k1')], null)[0]!.rows
    expect(before.at(-1)).toMatchObject({ type: 'pending', key: 'c-k1' })
    const after = layOut([message(1), reply(2, 'queued', { client_id: 'k1' })], [pending('k1')], null)[0]!.rows
    expect(after.map((row) => row.type)).toEqual(['message', 'message'])
    expect(after.at(-1)!.key).toBe('c-k1')
  })

  it('shows pending messages in an empty thread', () => {
    expect(layOut([], [pending('k1')], null)[0]!.rows).toHaveLength(1)
  })
})

describe('seqBefore', () => {
  it('finds the place before the last n messages of the customer', () => {
    const entries = [message(1), message(2), reply(3, 'read'), message(4)]
    expect(seqBefore(entries, 1)).toBe(3)
    expect(seqBefore(entries, 2)).toBe(1)
    expect(seqBefore(entries, 9)).toBe(0)
  })
})
