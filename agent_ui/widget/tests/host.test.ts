// The border to the host page: who may speak, what was called early, and a title that is given back.
import { describe, expect, it } from 'vitest'
import { hostOrigin } from '../app/host'
import { waitingCalls } from '../loader/calls'
import { TitleBadge } from '../loader/title'
import { seal, unseal } from '../shared/protocol'

describe('messages between page and chat', () => {
  const hub = { window: {}, origin: 'https://hub.example' }
  const from = (data: unknown, origin = hub.origin, source: unknown = hub.window): never => ({ data, origin, source }) as never

  it('are heard from exactly one window at exactly one origin', () => {
    const sealed = seal({ type: 'ready' })
    expect(unseal(from(sealed), hub)).toEqual({ type: 'ready' })
    expect(unseal(from(sealed, 'https://hub.example.evil'), hub)).toBeNull()
    expect(unseal(from(sealed, 'http://hub.example'), hub)).toBeNull()
    expect(unseal(from(sealed, hub.origin, {}), hub)).toBeNull()
    expect(unseal(from(sealed, '', hub.window), { ...hub, origin: '' })).toBeNull()
  })

  it('of other scripts are none of ours', () => {
    for (const data of [null, 'ready', { type: 'ready' }, { huike: 1 }, { huike: 1, message: null }, { huike: 1, message: { type: 7 } }]) {
      expect(unseal(from(data), hub)).toBeNull()
    }
  })

  it('need an announced web origin and a parent', () => {
    expect(hostOrigin('#host=https%3A%2F%2Fshop.example%3A8443', true)).toBe('https://shop.example:8443')
    expect(hostOrigin('#host=https%3A%2F%2Fshop.example', false)).toBe('')
    for (const bad of ['', '#host=*', '#host=null', '#host=https%3A%2F%2Fshop.example%2Fpath', '#host=javascript%3A0']) expect(hostOrigin(bad, true)).toBe('')
  })
})

describe('calls before the script', () => {
  it('are kept in order, as array or as stub', () => {
    const calls = [['setLocale', 'en'], ['open']]
    expect(waitingCalls(calls)).toEqual(calls)
    expect(waitingCalls({ q: calls })).toEqual(calls)
    const stub = function (..._args: unknown[]): IArguments {
      return arguments
    }
    expect(waitingCalls({ q: [stub('open')] })).toEqual([['open']])
  })

  it('of any other kind are left out', () => {
    for (const stub of [undefined, null, {}, 'x', { q: 'x' }]) expect(waitingCalls(stub)).toEqual([])
    expect(waitingCalls([[1, 2], [], ['open']])).toEqual([['open']])
  })
})

describe('the title', () => {
  it('shows the count only while the tab is hidden and gives the title back', () => {
    const page = { title: 'Shop', hidden: true }
    const badge = new TitleBadge(page)
    badge.show(2)
    expect(page.title).toBe('(2) Shop')
    badge.show(120)
    expect(page.title).toBe('(99+) Shop')
    page.hidden = false
    badge.show(120)
    expect(page.title).toBe('Shop')
  })

  it('never touches a title without a reason, and keeps what the page wrote meanwhile', () => {
    const page = { title: '(3) inbox', hidden: false }
    const badge = new TitleBadge(page)
    badge.show(0)
    badge.show(5)
    expect(page.title).toBe('(3) inbox')
    page.hidden = true
    page.title = 'Shop'
    badge.show(1)
    page.title = 'Sale!'
    badge.show(0)
    expect(page.title).toBe('Sale!')
  })
})
