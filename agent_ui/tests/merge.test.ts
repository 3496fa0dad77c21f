import { describe, expect, it } from 'vitest'
import type { Entry, Session, StreamEvent } from '@/api/types'
import { applyEvent, dropMissing, newState, putEntries, putSession, type State } from '@/model/merge'
import { entriesOf } from '@/model/timeline'
import { activity, message, reply, session } from './make'

const created = (entry: Entry): StreamEvent => ({ type: 'message.created', session_id: 's1', data: { entry } })
const updated = (entry: Entry): StreamEvent => ({ type: 'message.updated', session_id: 's1', data: { entry } })
const told = (record: Session, type = 'session.updated'): StreamEvent => ({ type, session_id: record.id, data: { session: record } })

function opened(): State {
  const state = newState()
  putSession(state, session())
  putEntries(state, 's1', [], 0)
  return state
}
const seqs = (state: State) => entriesOf(state.timelines.get('s1')!).map((entry) => entry.seq)

describe('sessions', () => {
  it('are replaced only by a newer version', () => {
    const state = newState()
    putSession(state, session({ version: 5, unread: 3 }))
    expect(applyEvent(state, told(session({ version: 4, unread: 9 }))).changed).toBeUndefined()
    expect(state.sessions.get('s1')!.unread).toBe(3)
    expect(applyEvent(state, told(session({ version: 6, unread: 0 }))).changed).toBe('s1')
    expect(state.sessions.get('s1')!.unread).toBe(0)
  })

  it('keep what a message event added until the record that contains it arrives', () => {
    const state = newState()
    putSession(state, session({ version: 2, last_seq: 1 }))
    applyEvent(state, created(message(2)))
    expect(state.sessions.get('s1')).toMatchObject({ last_seq: 2, unread: 1, last_message: { text: 'text 2' } })
    putSession(state, session({ version: 2, last_seq: 1 }))
    expect(state.sessions.get('s1')!.last_seq).toBe(2)
    applyEvent(state, told(session({ version: 3, last_seq: 2, unread: 1 })))
    expect(state.sessions.get('s1')).toMatchObject({ version: 3, unread: 1 })
  })

  it('count a message once, in whichever order record and message come', () => {
    const state = newState()
    putSession(state, session())
    applyEvent(state, told(session({ version: 2, last_seq: 1, unread: 1 })))
    applyEvent(state, created(message(1)))
    expect(state.sessions.get('s1')!.unread).toBe(1)
  })

  it('do not show notes in the preview', () => {
    const state = newState()
    putSession(state, session())
    applyEvent(state, created(reply(1, 'sent', { note: true, delivery: null })))
    expect(state.sessions.get('s1')!.last_message).toBeNull()
  })

  it('take the offer that comes beside them', () => {
    const state = newState()
    const offer = { id: 'o1', agent_id: 'me', expires_at: '2026-11-22T08:01:00.000Z' }
    applyEvent(state, { type: 'session.offered', session_id: 's1', data: { session: session({ state: 'offered' }), offer } })
    expect(state.sessions.get('s1')!.offer).toEqual(offer)
  })

  it('keep their place in the queue through events that carry none', () => {
    const state = newState()
    putSession(state, session({ state: 'queued', position: 3, estimated_wait_s: 60 }))
    applyEvent(state, told(session({ state: 'queued', version: 2 })))
    expect(state.sessions.get('s1')!.position).toBe(3)
    applyEvent(state, told(session({ state: 'active', version: 3 })))
    expect(state.sessions.get('s1')!.position).toBeNull()
  })

  it('leave a list when a complete fetch no longer has them', () => {
    const state = newState()
    putSession(state, session({ id: 'a', state: 'queued' }))
    putSession(state, session({ id: 'b', state: 'queued' }))
    putSession(state, session({ id: 'c', state: 'active' }))
    dropMissing(state, new Set(['a']), (one) => one.state === 'queued')
    expect([...state.sessions.keys()]).toEqual(['a', 'c'])
  })
})

describe('timelines', () => {
  it('hold each seq once, however often it comes', () => {
    const state = opened()
    for (const seq of [1, 2, 2, 1, 3]) applyEvent(state, created(message(seq)))
    expect(seqs(state)).toEqual([1, 2, 3])
  })

  it('report a hole instead of showing entries out of order', () => {
    const state = opened()
    applyEvent(state, created(message(1)))
    expect(applyEvent(state, created(message(3))).behind).toBe('s1')
    expect(seqs(state)).toEqual([1])
    putEntries(state, 's1', [message(2), message(3)], 1)
    expect(seqs(state)).toEqual([1, 2, 3])
  })

  it('are behind when the session record has entries that no event brought', () => {
    const state = opened()
    expect(applyEvent(state, told(session({ version: 2, last_seq: 2 }))).behind).toBe('s1')
    putEntries(state, 's1', [message(1), activity(2, 'assigned')], 0)
    expect(applyEvent(state, told(session({ version: 3, last_seq: 2 }))).behind).toBeUndefined()
  })

  it('follow delivery events both ways, but a late fetch does not undo progress', () => {
    const state = opened()
    applyEvent(state, created(reply(1, 'queued')))
    applyEvent(state, updated(reply(1, 'delivered')))
    putEntries(state, 's1', [reply(1, 'sent')], 0)
    expect(entriesOf(state.timelines.get('s1')!)[0]).toMatchObject({ delivery: { state: 'delivered' } })
    applyEvent(state, updated(reply(1, 'failed')))
    applyEvent(state, updated(reply(1, 'queued')))
    expect(entriesOf(state.timelines.get('s1')!)[0]).toMatchObject({ delivery: { state: 'queued' } })
  })

  it('keep what became of a message when the answer to its sending comes later', () => {
    const state = opened()
    applyEvent(state, created(reply(1, 'queued')))
    applyEvent(state, updated(reply(1, 'failed')))
    applyEvent(state, created(reply(1, 'queued')))
    expect(entriesOf(state.timelines.get('s1')!)[0]).toMatchObject({ delivery: { state: 'failed' } })
  })

  it('ignore updates of entries that were never loaded', () => {
    const state = newState()
    putSession(state, session({ last_seq: 90 }))
    putEntries(state, 's1', [message(81)], 80)
    applyEvent(state, updated(reply(12, 'read')))
    expect(seqs(state)).toEqual([81])
  })
})

describe('the stream', () => {
  it('may carry types that we do not know', () => {
    const state = opened()
    expect(applyEvent(state, { type: 'ticket.created', data: { entry: message(1), session: session({ version: 9 }) } })).toEqual({})
    expect(state.sessions.get('s1')!.version).toBe(1)
  })

  it('tells of a session that nobody loaded', () => {
    expect(applyEvent(newState(), created(message(1)))).toMatchObject({ unknown: 's1', added: { seq: 1 } })
  })

  it('leads to the same state in any interleaving with fetches', () => {
    const final = [message(1), reply(2, 'read'), activity(3, 'handoff'), message(4), reply(5, 'sent')]
    const stream = [
      created(message(1)),
      told(session({ version: 2, last_seq: 1, unread: 1 })),
      created(reply(2, 'queued')),
      updated(reply(2, 'sent')),
      told(session({ version: 3, last_seq: 3, unread: 0 })),
      updated(reply(2, 'read')),
      created(message(4)),
      created(reply(5, 'sent')),
      told(session({ version: 4, last_seq: 5, unread: 1 })),
    ]
    // The fetch sees the state as it was after `seen` events and its answer is used after `used` events.
    for (let seen = 0; seen <= stream.length; seen++) {
      const server = opened()
      for (const event of stream.slice(0, seen)) {
        applyEvent(server, event)
        if (event.type === 'session.updated') putEntries(server, 's1', final.filter((e) => e.kind === 'handoff' && e.seq <= server.sessions.get('s1')!.last_seq), 0)
      }
      for (let used = seen; used <= stream.length; used++) {
        const state = opened()
        stream.forEach((event, i) => {
          if (i === used) putEntries(state, 's1', entriesOf(server.timelines.get('s1')!), 0)
          const { behind } = applyEvent(state, event)
          if (behind) putEntries(state, 's1', final.filter((entry) => entry.seq > state.timelines.get('s1')!.to && entry.seq <= state.sessions.get('s1')!.last_seq), state.timelines.get('s1')!.to)
        })
        expect(entriesOf(state.timelines.get('s1')!)).toEqual(final)
        expect(state.sessions.get('s1')).toMatchObject({ version: 4, unread: 1, last_seq: 5 })
      }
    }
  })
})
