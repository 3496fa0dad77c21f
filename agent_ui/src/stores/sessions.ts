// The lists of sessions, the one that is open, and what an agent can do to a session.
import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { hub, type SessionAct } from '@/api/hub'
import { ApiError } from '@/api/http'
import type { QueueFigures, Session, TransferTarget } from '@/api/types'
import { belongsTo, isOfferedTo, listNames, listOf, listQuery, type ListName } from '@/model/filters'
import { useAuth } from './auth'
import { useLive } from './live'

const PAGE = 200
// Lists that must be complete to be useful are loaded to this many sessions at once.
const MOST = 2_000

interface Load {
  state: 'idle' | 'loading' | 'ready' | 'failed'
  cursor: string | null
}

export const useSessions = defineStore('sessions', () => {
  const auth = useAuth()
  const live = useLive()
  const list = ref<ListName>('mine')
  const selectedId = ref<string | null>(null)
  const queueFigures = shallowRef<QueueFigures | null>(null)
  const search = ref('')
  const found = shallowRef<string[] | null>(null)
  const searching = ref(false)
  const loads = reactive<Record<ListName, Load>>({
    mine: { state: 'idle', cursor: null },
    queue: { state: 'idle', cursor: null },
    all: { state: 'idle', cursor: null },
    closed: { state: 'idle', cursor: null },
  })

  const me = computed(() => auth.agent?.id ?? '')
  const names = computed(() => listNames(auth.agent?.roles ?? []))
  const lists = computed<Record<ListName, Session[]>>(() => ({
    mine: listOf(live.sessions.values(), 'mine', me.value),
    queue: listOf(live.sessions.values(), 'queue', me.value),
    all: listOf(live.sessions.values(), 'all', me.value),
    closed: listOf(live.sessions.values(), 'closed', me.value),
  }))
  const shown = computed<Session[]>(() => {
    if (found.value === null) return lists.value[list.value]
    return found.value.flatMap((id) => live.sessions.get(id) ?? [])
  })
  const selected = computed(() => (selectedId.value ? (live.sessions.get(selectedId.value) ?? null) : null))
  const unreadMine = computed(() => lists.value.mine.reduce((sum, session) => sum + session.unread, 0))
  const queueCount = computed(() => Math.max(queueFigures.value?.waiting ?? 0, lists.value.queue.length))

  function offers(nowMs: number): Session[] {
    return [...live.sessions.values()].filter((session) => isOfferedTo(session, me.value, nowMs))
  }

  async function load(name: ListName): Promise<void> {
    const load = loads[name]
    if (load.state !== 'ready') load.state = 'loading'
    try {
      const fetched = new Set<string>()
      let cursor: string | null = null
      do {
        const page = await hub.sessions({ ...listQuery(name, auth.everyone), limit: PAGE, cursor })
        live.put(page.items)
        for (const item of page.items) fetched.add(item.id)
        cursor = page.next_cursor
      } while (cursor && name !== 'closed' && fetched.size < MOST)
      // An agent does not hear what happens to queued sessions of others: the fetch is the truth there.
      if (name === 'queue' && !cursor) {
        live.drop(fetched, (s) => belongsTo('queue', s, me.value) && s.offer?.agent_id !== me.value && s.id !== selectedId.value)
      }
      load.cursor = cursor
      load.state = 'ready'
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) {
        // Not for this role: an empty list, not a failure to be tried again.
        load.state = 'ready'
        return
      }
      if (load.state !== 'ready') load.state = 'failed'
      throw error
    }
  }

  async function loadMore(name: ListName): Promise<void> {
    const load = loads[name]
    if (!load.cursor || load.state === 'loading') return
    load.state = 'loading'
    try {
      const page = await hub.sessions({ ...listQuery(name, auth.everyone), limit: PAGE, cursor: load.cursor })
      live.put(page.items)
      load.cursor = page.next_cursor
    } finally {
      load.state = 'ready'
    }
  }

  async function show(name: ListName): Promise<void> {
    list.value = name
    if (loads[name].state === 'idle' || loads[name].state === 'failed' || name === 'queue') await load(name)
  }

  let searches = 0
  async function runSearch(): Promise<void> {
    const q = search.value.trim()
    const mine = ++searches
    if (!q) {
      found.value = null
      searching.value = false
      return
    }
    searching.value = true
    try {
      const page = await hub.sessions({ q, limit: 50 })
      if (mine !== searches) return
      live.put(page.items)
      found.value = page.items.map((item) => item.id)
    } finally {
      if (mine === searches) searching.value = false
    }
  }

  async function fetchOne(id: string): Promise<Session> {
    const session = await hub.session(id)
    live.put([session])
    return session
  }

  async function act(id: string, name: SessionAct, body: object = {}): Promise<Session> {
    const session = await hub.act(id, name, body)
    live.put([session])
    return session
  }

  async function transfer(id: string, to: TransferTarget, note: string | undefined): Promise<void> {
    live.put([await hub.transfer(id, to, note)])
  }

  async function setTags(id: string, tags: string[]): Promise<void> {
    live.put([await hub.label(id, { tags })])
  }

  /** After a resync: load every list that was in use again, dropping what is no longer there. */
  async function reload(): Promise<void> {
    const used = names.value.filter((name) => loads[name].state !== 'idle' || name === list.value || name === 'mine')
    await Promise.all(used.map((name) => load(name)))
  }

  function reset(): void {
    for (const name of Object.keys(loads) as ListName[]) Object.assign(loads[name], { state: 'idle', cursor: null })
    list.value = 'mine'
    search.value = ''
    found.value = null
    selectedId.value = null
    queueFigures.value = null
  }

  return {
    list,
    lists,
    shown,
    selectedId,
    selected,
    queueFigures,
    queueCount,
    search,
    found,
    searching,
    loads,
    me,
    names,
    unreadMine,
    offers,
    load,
    loadMore,
    show,
    runSearch,
    fetchOne,
    act,
    transfer,
    setTags,
    reload,
    reset,
  }
})
