import { describe, expect, it } from 'vitest'
import { belongsTo, isOfferedTo, listNames, listOf, listQuery, mayWrite, neighbour, urgencyOf, waitingSince } from '@/model/filters'
import { scrollToRow, windowOf } from '@/model/window'
import { session } from './make'

const at = (minute: number) => `2026-11-22T08:${String(minute).padStart(2, '0')}:00.000Z`

describe('lists', () => {
  it('show everything only to those who may see it', () => {
    expect(listNames(['agent'])).toEqual(['mine', 'queue', 'closed'])
    expect(listNames(['agent', 'supervisor'])).toContain('all')
    expect(listQuery('closed', false)).toEqual({ state: 'closed' })
    expect(listQuery('closed', true)).toEqual({ state: 'closed' })
    expect(mayWrite(['auditor'])).toBe(false)
  })

  it('put a session where its holder and state say', () => {
    expect(belongsTo('mine', session(), 'me')).toBe(true)
    expect(belongsTo('mine', session({ holder: { kind: 'agent', id: 'other', name: '' } }), 'me')).toBe(false)
    expect(belongsTo('mine', session({ state: 'closed' }), 'me')).toBe(false)
    expect(belongsTo('queue', session({ state: 'queued', holder: { kind: 'none', id: null, name: '' } }), 'me')).toBe(true)
    expect(belongsTo('all', session({ state: 'closed' }), 'me')).toBe(false)
  })

  it('show newest activity first, and the queue in the order of service', () => {
    const a = session({ id: 'a', last_message_at: at(1) })
    const b = session({ id: 'b', last_message_at: at(2) })
    expect(listOf([a, b], 'mine', 'me').map((one) => one.id)).toEqual(['b', 'a'])
    const q = (id: string, position: number | null, minute: number) =>
      session({ id, state: 'queued', position, queued_at: at(minute) })
    expect(listOf([q('x', null, 1), q('y', 2, 9), q('z', 1, 9), q('w', null, 0)], 'queue', 'me').map((one) => one.id)).toEqual(['z', 'y', 'w', 'x'])
  })

  it('move to the neighbour and around the ends', () => {
    expect(neighbour(['a', 'b', 'c'], 'c', 1)).toBe('a')
    expect(neighbour(['a', 'b', 'c'], 'a', -1)).toBe('c')
    expect(neighbour(['a', 'b', 'c'], null, 1)).toBe('a')
    expect(neighbour(['a', 'b', 'c'], 'gone', -1)).toBe('c')
    expect(neighbour([], 'a', 1)).toBeNull()
  })
})

describe('waiting', () => {
  it('runs from the customer’s last word and stops with ours', () => {
    const last = (author_kind: 'customer' | 'agent') => ({ text: '', author_kind, at: at(5), type: 'text' })
    expect(waitingSince(session({ last_message: last('customer') }))).toBe(at(5))
    expect(waitingSince(session({ last_message: last('agent') }))).toBeNull()
    expect(waitingSince(session({ state: 'queued', queued_at: at(3) }))).toBe(at(3))
    expect(waitingSince(session({ state: 'bot', last_message: last('customer') }))).toBeNull()
  })

  it('grows urgent after two and five minutes', () => {
    expect([0, 119, 120, 299, 300].map(urgencyOf)).toEqual(['calm', 'calm', 'soon', 'soon', 'late'])
  })

  it('counts an offer only until it ends, and only for its agent', () => {
    const offered = session({ state: 'offered', offer: { id: 'o', agent_id: 'me', agent_name: '', kind: 'new', expires_at: at(1) } })
    expect(isOfferedTo(offered, 'me', Date.parse(at(0)))).toBe(true)
    expect(isOfferedTo(offered, 'me', Date.parse(at(1)))).toBe(false)
    expect(isOfferedTo({ ...offered, state: 'active' }, 'me', Date.parse(at(0)))).toBe(true)
    expect(isOfferedTo({ ...offered, state: 'closed' }, 'me', Date.parse(at(0)))).toBe(false)
    expect(isOfferedTo(offered, 'other', Date.parse(at(0)))).toBe(false)
  })
})

describe('windows of long lists', () => {
  it('hold the rows on screen and a few around them', () => {
    expect(windowOf(0, 760, 76, 2000)).toEqual({ start: 0, end: 16, before: 0, total: 152_000 })
    const middle = windowOf(76_000, 760, 76, 2000)
    expect([middle.start, middle.end]).toEqual([994, 1016])
    expect(windowOf(1e9, 760, 76, 10)).toMatchObject({ start: 10, end: 10 })
    expect(windowOf(0, 760, 76, 0)).toMatchObject({ start: 0, end: 0 })
  })

  it('scroll only as far as needed', () => {
    expect(scrollToRow(3, 0, 760, 76)).toBeNull()
    expect(scrollToRow(20, 0, 760, 76)).toBe(836)
    expect(scrollToRow(2, 500, 760, 76)).toBe(152)
  })
})
