// How entries become the log: days, groups, states, and what a visitor never sees.
import { describe, expect, it } from 'vitest'
import type { Draft } from '../model/outbox'
import { layOut, openMenu, type MessageRow } from '../model/rows'
import { deskRead, newThread, receive, turn, type Thread } from '../model/thread'
import { lineBetween } from '../model/turns'
import type { Entry, SessionNotice, SessionState } from '../model/types'

const start = Date.parse('2026-11-22T01:00:00.000Z')

function said(seq: number, who: 'customer' | 'bot' | 'agent', minute = seq, more: Partial<Entry> = {}): Entry {
  const at = new Date(start + minute * 60_000).toISOString()
  const direction = who === 'customer' ? 'in' : 'out'
  return { seq, at, kind: 'message', id: `m${seq}`, direction, author: { kind: who, id: who, name: who }, content: { type: 'text', text: 'x' }, ...more }
}

const thread = (entries: Entry[]): Thread => ({ ...newThread('s'), entries })
const messages = (entries: Entry[], drafts: Draft[] = [], readSeq = 0): MessageRow[] =>
  layOut(deskRead(thread(entries), readSeq), drafts).filter((row): row is MessageRow => row.type === 'message')

const draft: Draft = { clientId: 'c9', at: new Date(start + 540_000).toISOString(), text: 'y', attachments: [], state: 'sending', tries: 0, reason: '' }

describe('the log', () => {
  it('groups what one speaker says within five minutes', () => {
    const rows = messages([said(1, 'bot', 1), said(2, 'bot', 2), said(3, 'bot', 9), said(4, 'agent', 9)])
    expect(rows.map((row) => [row.first, row.last])).toEqual([[true, false], [false, true], [true, true], [true, true]])
  })

  it('puts a day before the first message of a day', () => {
    const days = layOut(thread([said(1, 'bot', 0), said(2, 'bot', 1), said(3, 'bot', 3 * 24 * 60)])).filter((row) => row.type === 'day')
    expect(days).toHaveLength(2)
  })

  it('never shows a note, nor what only the desk should know', () => {
    const rows = layOut(thread([said(1, 'agent', 1, { note: true }), { seq: 2, at: said(2, 'bot').at, kind: 'offered' }]))
    expect(rows).toEqual([])
  })

  it('keeps a turn between the messages where it happened, whatever arrives late', () => {
    let talk = turn(thread([said(1, 'customer'), said(4, 'bot')]), { line: 'joined', name: '林晓' })
    talk = receive(receive(talk, said(6, 'agent')).thread, said(2, 'bot')).thread
    expect(layOut(talk).map((row) => (row.type === 'message' ? row.entry.seq : row.type))).toEqual(['day', 1, 2, 4, 'line', 6])
  })

  it('keeps one row while a message goes from unsent to sent', () => {
    const before = messages([], [draft])
    const after = messages([said(1, 'customer', 9, { client_id: 'c9' })], [draft])
    expect(after).toHaveLength(1)
    expect(after[0]?.key).toBe(before[0]?.key)
    expect([before[0]?.delivery, after[0]?.delivery]).toEqual(['sending', 'sent'])
  })

  it('counts older messages as read with a newer one, and speaks of the newest only', () => {
    const rows = messages([said(1, 'customer'), said(2, 'customer', 2, { delivery: { state: 'read' } }), said(3, 'customer')])
    expect(rows.map((row) => row.delivery)).toEqual(['read', 'read', 'sent'])
    expect(rows.map((row) => row.telling)).toEqual([false, false, true])
    const told = messages([said(1, 'customer'), said(2, 'customer'), said(3, 'customer')], [], 2)
    expect(told.map((row) => row.delivery)).toEqual(['read', 'read', 'sent'])
  })
})

describe('a turn', () => {
  const notice = (state: SessionState, holder = 'a'): SessionNotice => ({ id: 's', state, holder: { kind: 'agent', id: holder } })

  it.each<[SessionState | null, SessionState, string | null]>([
    [null, 'bot', null],
    [null, 'queued', null],
    [null, 'active', null],
    [null, 'closed', null],
    ['bot', 'queued', 'handoff'],
    ['queued', 'offered', null],
    ['offered', 'queued', null],
    ['offered', 'active', 'joined'],
    ['active', 'active', null],
    ['active', 'queued', 'transferred'],
    ['active', 'offered', 'transferred'],
    ['active', 'bot', 'bot'],
    ['active', 'wrap_up', 'closed'],
    ['wrap_up', 'closed', null],
    ['wrap_up', 'active', null],
    ['active', 'closed', 'closed'],
    ['bot', 'closed', 'closed'],
    ['closed', 'closed', null],
  ])('from %s to %s says %s', (from, to, line) => {
    expect(lineBetween(from && notice(from), notice(to))).toBe(line)
  })

  it('names a new colleague, and never takes another session for a change of this one', () => {
    expect(lineBetween(notice('active'), notice('active', 'b'))).toBe('joined')
    expect(lineBetween(notice('active'), { ...notice('bot'), id: 't' })).toBeNull()
  })
})

describe('a menu', () => {
  const menu = said(2, 'bot', 2, { content: { type: 'menu', text: '?', options: [{ id: 'a', label: 'A' }] } })

  it('can be used while nothing of ours came after it', () => {
    expect(openMenu([said(1, 'customer'), menu, said(3, 'bot')])).toBe(menu)
    expect(openMenu([menu, said(3, 'customer')])).toBeNull()
    expect(openMenu([])).toBeNull()
  })
})
