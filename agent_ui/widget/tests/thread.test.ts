// Nothing twice, nothing lost: what the thread makes of live entries, replays, gaps, ranges and acknowledgements.
import { describe, expect, it } from 'vitest'
import { acknowledge, amend, deskRead, fill, newThread, receive, startsAnother, type Thread } from '../model/thread'
import type { Entry } from '../model/types'

function entry(seq: number, more: Partial<Entry> = {}): Entry {
  return { seq, id: `m${seq}`, at: '2026-11-22T01:00:00.000Z', kind: 'message', direction: 'out', content: { type: 'text', text: `${seq}` }, ...more }
}

function told(...seqs: number[]): Thread {
  return seqs.reduce((thread, seq) => receive(thread, entry(seq)).thread, newThread('s'))
}

const numbers = (thread: Thread): number[] => thread.entries.map((one) => one.seq)

describe('a thread', () => {
  it('settles entries that arrive in order', () => {
    const thread = told(1, 2, 3)
    expect(numbers(thread)).toEqual([1, 2, 3])
    expect(thread.settled).toBe(3)
  })

  it('drops what it has already, however often it is replayed', () => {
    const thread = told(1, 2, 3)
    for (const seq of [1, 2, 3]) expect(receive(thread, entry(seq))).toEqual({ thread, arrival: 'repeat' })
  })

  it('shows an entry behind a gap at once but stays unsettled before it', () => {
    const { thread, arrival } = receive(told(1, 2), entry(5))
    expect(arrival).toBe('gap')
    expect(numbers(thread)).toEqual([1, 2, 5])
    expect(thread.settled).toBe(2)
  })

  it('still takes a late entry that belongs into the gap', () => {
    const late = receive(told(1, 2, 4), entry(3))
    expect(late.arrival).toBe('added')
    expect(numbers(late.thread)).toEqual([1, 2, 3, 4])
    expect(late.thread.settled).toBe(4)
  })

  it('accepts numbers that a range leaves out as not meant for it', () => {
    const thread = fill(told(1, 2, 5), [entry(5), entry(7)])
    expect(thread.settled).toBe(7)
    expect(numbers(thread)).toEqual([1, 2, 5, 7])
    expect(receive(thread, entry(3)).arrival).toBe('repeat')
  })

  it('does not settle what came live after a range was read', () => {
    const live = receive(told(1), entry(9)).thread
    expect(fill(live, [entry(4)]).settled).toBe(4)
  })

  it('shows an acknowledged message before its echo, and the echo replaces it once', () => {
    const mine = entry(2, { direction: 'in', client_id: 'c', delivery: { state: 'sent' } })
    const early = acknowledge(told(1), mine)
    expect(numbers(early)).toEqual([1, 2])
    expect(early.settled).toBe(1)
    const echoed = receive(early, { ...mine, delivery: { state: 'delivered' } })
    expect(echoed.arrival).toBe('added')
    expect(numbers(echoed.thread)).toEqual([1, 2])
    expect(echoed.thread.entries[1]?.delivery?.state).toBe('delivered')
    expect(acknowledge(echoed.thread, mine)).toBe(echoed.thread)
  })

  it('never lets an acknowledgement hide a message that was written before it', () => {
    const early = acknowledge(told(1), entry(3, { direction: 'in', client_id: 'c' }))
    const { thread, arrival } = receive(early, entry(2))
    expect(arrival).toBe('added')
    expect(numbers(thread)).toEqual([1, 2, 3])
  })

  it('changes an entry in place and leaves unknown ones to the next range', () => {
    const thread = amend(told(1, 2), entry(2, { content: { type: 'text', text: 'changed' } }))
    expect(thread.entries[1]?.content?.text).toBe('changed')
    expect(amend(thread, entry(8))).toBe(thread)
  })
})

describe('another session', () => {
  it('is known by its id where entries carry one', () => {
    expect(startsAnother(told(1), entry(1, { session_id: 't' }), false)).toBe(true)
    expect(startsAnother(told(1), entry(2, { session_id: 's' }), true)).toBe(false)
  })

  it('begins when numbers start again after a close', () => {
    expect(startsAnother(told(1, 2, 3), entry(1, { id: 'other' }), true)).toBe(true)
    expect(startsAnother(told(1, 2, 3), entry(1, { id: 'm1' }), true)).toBe(false)
    expect(startsAnother(told(1, 2, 3), entry(4), true)).toBe(false)
    expect(startsAnother(told(1, 2, 3), entry(1, { id: 'other' }), false)).toBe(false)
  })
})

it('gives the same thread for any order of loss, repeat and delay, once a range has been read', () => {
  const all = Array.from({ length: 12 }, (_, index) => entry(index + 1)).filter((one) => ![4, 9].includes(one.seq))
  let seed = 7
  const chance = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647
  for (let round = 0; round < 200; round += 1) {
    let thread = newThread('s')
    const live = all.filter(() => chance() > 0.3).flatMap((one) => (chance() > 0.7 ? [one, one] : [one]))
    live.sort(() => chance() - 0.5)
    for (const one of live) thread = receive(thread, one).thread
    thread = fill(thread, all.filter((one) => one.seq > thread.settled))
    expect(numbers(thread)).toEqual(all.map((one) => one.seq))
    expect(thread.settled).toBe(12)
  }
})

describe('how far the desk has read', () => {
  it('never goes back and outlives what arrives later', () => {
    const read = deskRead(deskRead(told(1, 2), 2), 0)
    expect(read.deskRead).toBe(2)
    expect(receive(read, entry(3)).thread.deskRead).toBe(2)
    expect(fill(read, [entry(3)]).deskRead).toBe(2)
  })
})
