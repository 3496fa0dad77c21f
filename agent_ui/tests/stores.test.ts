import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useAuth } from '@/stores/auth'
import { useLive } from '@/stores/live'
import { useOutbox } from '@/stores/outbox'
import { useSessions } from '@/stores/sessions'
import { useTimeline } from '@/stores/timeline'
import { message, reply, session } from './make'

type Answer = { status?: number; body: unknown } | 'lost'
type Call = { method: string; path: string; body: Record<string, unknown> }
const calls: Call[] = []
let answer: (call: Call) => Answer

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  calls.length = 0
  const later = new Date(Date.now() + 3_600_000).toISOString()
  const agent = { id: 'me', email: '', name: '李晓雯', roles: ['agent'], skills: {}, languages: [], capacity: 5, team_ids: [] }
  localStorage.setItem('huike.auth', JSON.stringify({ token: 't1', expires_at: later, refresh_token: 'r1', refresh_expires_at: later, agent, got_at: Date.now() }))
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const call = { method: init.method!, path: url.replace('/api/v1', ''), body: init.body ? JSON.parse(String(init.body)) : {} }
    calls.push(call)
    const given = answer(call)
    if (given === 'lost') throw new TypeError('network')
    return new Response(JSON.stringify(given.body), { status: given.status ?? 200 })
  })
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('sending again', () => {
  it('shows what became of the message, even when that was told before our request was answered', async () => {
    const live = useLive()
    live.put([session({ last_seq: 1 })])
    live.putAll('s1', [reply(1, 'failed')], 0)
    const timeline = useTimeline()
    const state = () => (live.entries('s1')[0] as ReturnType<typeof reply>).delivery?.state
    answer = () => {
      live.apply({ type: 'message.updated', session_id: 's1', data: { entry: reply(1, 'sent') } })
      return { body: reply(1, 'queued') }
    }
    await timeline.resend('s1', 'm1')
    expect(state()).toBe('sent')
    answer = () => ({ body: reply(1, 'queued') })
    await timeline.resend('s1', 'm1')
    expect(state()).toBe('queued')
  })
})

describe('the outbox', () => {
  it('repeats a message whose answer was lost under the same client_id, and shows it once', async () => {
    const tries: unknown[] = []
    answer = ({ body }) => {
      tries.push(body.client_id)
      return tries.length === 1 ? 'lost' : { status: 201, body: reply(1, 'queued', { client_id: String(body.client_id) }) }
    }
    const live = useLive()
    live.put([session()])
    live.putAll('s1', [], 0)
    const outbox = useOutbox()
    outbox.start()
    outbox.say('s1', { text: 'hello' }, [], '2026-11-22T08:00:00.000Z')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(tries).toHaveLength(2)
    expect(new Set(tries).size).toBe(1)
    expect(outbox.items).toEqual([])
    expect(live.entries('s1')).toHaveLength(1)
  })

  it('survives a reload and keeps the order of one session', async () => {
    answer = () => 'lost'
    const first = useOutbox()
    first.start()
    first.say('s1', { text: 'one' }, [], '')
    first.say('s1', { text: 'two' }, [], '')
    await vi.advanceTimersByTimeAsync(10)
    setActivePinia(createPinia())
    answer = ({ body }) => ({ status: 201, body: reply(body.text === 'one' ? 1 : 2, 'queued', { client_id: String(body.client_id) }) })
    calls.length = 0
    const second = useOutbox()
    second.start()
    second.hurry()
    await vi.advanceTimersByTimeAsync(100)
    expect(calls.map((call) => call.body.text)).toEqual(['one', 'two'])
    expect(localStorage.getItem('huike.outbox.me')).toBeNull()
  })

  it('lets go of a message whose confirmation came only as an event', async () => {
    answer = () => 'lost'
    const live = useLive()
    const outbox = useOutbox()
    outbox.start()
    outbox.say('s1', { text: 'one' }, [], '')
    await vi.advanceTimersByTimeAsync(10)
    const client_id = outbox.items[0]!.body.client_id
    live.apply({ type: 'message.created', session_id: 's1', data: { entry: reply(1, 'queued', { client_id }) } })
    expect(outbox.items).toEqual([])
  })

  it('holds a reply back when the thread changed and sends it with force when told to', async () => {
    answer = ({ body }) => (body.force ? { status: 201, body: reply(3, 'queued', { client_id: String(body.client_id) }) } : { status: 409, body: { type: 'thread-changed' } })
    const outbox = useOutbox()
    outbox.start()
    outbox.say('s1', { text: 'one', seen_seq: 1 }, [], '')
    await vi.advanceTimersByTimeAsync(10)
    expect(outbox.items[0]!.state).toBe('conflict')
    outbox.sendAnyway(outbox.items[0]!.body.client_id)
    await vi.advanceTimersByTimeAsync(10)
    expect(outbox.items).toEqual([])
  })
})

describe('threads', () => {
  it('open at the newest stretch and load earlier ones without doubling', async () => {
    const all = Array.from({ length: 200 }, (_, i) => message(i + 1))
    answer = ({ path }) => {
      const asked = new URLSearchParams(path.split('?')[1])
      const after = Number(asked.get('after'))
      return { body: { items: all.slice(after, after + Number(asked.get('limit'))), next_cursor: null } }
    }
    const live = useLive()
    live.put([session({ last_seq: 200 })])
    const timeline = useTimeline()
    await timeline.open('s1')
    expect(live.entries('s1')[0]!.seq).toBe(121)
    await timeline.loadEarlier('s1')
    await timeline.loadEarlier('s1')
    await timeline.loadEarlier('s1')
    expect(live.entries('s1').map((entry) => entry.seq)).toEqual(all.map((entry) => entry.seq))
  })
})

describe('tokens', () => {
  it('are renewed once after a refusal, and the call is repeated', async () => {
    const later = new Date(Date.now() + 900_000).toISOString()
    let renewed = 0
    answer = ({ path }) => {
      if (path === '/auth/refresh') {
        renewed++
        return { body: { token: 't2', expires_at: later, refresh_token: 'r2', refresh_expires_at: later, agent: useAuth().agent } }
      }
      return calls.filter((call) => call.path.startsWith('/sessions/s1')).length === 1 ? { status: 401, body: {} } : { body: session() }
    }
    useAuth()
    const found = await useSessions().fetchOne('s1')
    expect(found.id).toBe('s1')
    expect(renewed).toBe(1)
    expect(JSON.parse(localStorage.getItem('huike.auth')!).refresh_token).toBe('r2')
  })

  it('that are gone for good sign the agent out', async () => {
    answer = () => ({ status: 401, body: { type: 'unauthenticated' } })
    const auth = useAuth()
    await expect(useSessions().fetchOne('s1')).rejects.toThrow()
    expect(auth.signedIn).toBe(false)
  })
})
