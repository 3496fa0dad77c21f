import { describe, expect, it } from 'vitest'
import type { Measure, ReplyChannel } from '@/api/channels'
import { countsParts, lengthOf, lengthParts, obstacleOf, sizeOf, windowState } from '@/model/limits'

const NOW = Date.parse('2026-11-22T08:00:00.000Z')
const in_ = (seconds: number) => new Date(NOW + seconds * 1000).toISOString()

function channel(fields: Partial<ReplyChannel> = {}, abilities: Partial<ReplyChannel['capabilities']> = {}): ReplyChannel {
  const capabilities = { pushes: true, max_text: 100, text_unit: 'characters', splits_text: false, attachments: true, ...abilities } as ReplyChannel['capabilities']
  return { channel_id: 'c', kind: 'wechat', name: 'WeChat', address: 'o1', is_default: true, window: null, opted_out: false, ...fields, capabilities }
}
const measure = (units: number): Measure => ({ encoding: 'gsm7', segments: 1, units, limit: 160, parts: [] })

describe('what stands in the way of a reply', () => {
  it('is the customer’s wish before anything else', () => {
    expect(obstacleOf(channel({ opted_out: true, window: { ends_at: in_(-1), left: 0 } }), NOW, '', 0, null)).toBe('opted_out')
  })

  it('is a window that has closed, at its second, and a quota that is used up', () => {
    expect(obstacleOf(channel({ window: { ends_at: in_(1), left: null } }), NOW, 'x', 0, null)).toBeNull()
    expect(obstacleOf(channel({ window: { ends_at: in_(0), left: 5 } }), NOW, 'x', 0, null)).toBe('window_closed')
    expect(obstacleOf(channel({ window: { ends_at: in_(60), left: 0 } }), NOW, 'x', 0, null)).toBe('quota_used')
  })

  it('is a file where none can go, and a text that is too long in the unit of the channel', () => {
    expect(obstacleOf(channel({}, { attachments: false }), NOW, '', 1, null)).toBe('no_files')
    expect(obstacleOf(channel({}, { max_text: 6, text_unit: 'bytes' }), NOW, '你好', 0, null)).toBeNull()
    expect(obstacleOf(channel({}, { max_text: 6, text_unit: 'bytes' }), NOW, '你好!', 0, null)).toBe('too_long')
    expect(obstacleOf(channel({}, { max_text: 6, text_unit: 'bytes', splits_text: true }), NOW, '你好!', 0, null)).toBeNull()
  })

  it('is counted by the hub where texts are cut into parts', () => {
    const sms = channel({ kind: 'sms_twilio' }, { text_unit: 'septets', max_text: 306 })
    expect(countsParts(sms)).toBe(true)
    expect(obstacleOf(sms, NOW, 'x'.repeat(400), 0, null)).toBeNull()
    expect(obstacleOf(sms, NOW, '', 0, measure(307))).toBe('too_long')
  })
})

describe('limits', () => {
  it('are urgent with one message or less than an hour left', () => {
    expect(windowState({ ends_at: in_(7200), left: 2 }, NOW)).toMatchObject({ urgent: false, closed: false, left: 2 })
    expect(windowState({ ends_at: in_(7200), left: 1 }, NOW).urgent).toBe(true)
    expect(windowState({ ends_at: in_(3599), left: null }, NOW).urgent).toBe(true)
  })

  it('count characters as people do and bytes as providers do', () => {
    expect(lengthOf('👍a', 'characters')).toBe(2)
    expect(lengthOf('👍a', 'bytes')).toBe(5)
    expect(sizeOf('x'.repeat(80), channel().capabilities)).toMatchObject({ near: true, over: false, parts: 1 })
    expect(sizeOf('x'.repeat(101), channel().capabilities)).toMatchObject({ over: true, parts: 2 })
  })

  it('say how long in two units', () => {
    expect(lengthParts(2 * 86_400 + 3 * 3600 + 59)).toEqual([{ value: 2, unit: 'day' }, { value: 3, unit: 'hour' }])
    expect(lengthParts(3600)).toEqual([{ value: 1, unit: 'hour' }])
    expect(lengthParts(20)).toEqual([{ value: 0, unit: 'minute' }])
  })
})
