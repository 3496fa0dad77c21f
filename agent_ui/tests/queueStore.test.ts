import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/http'
import { routingApi } from '@/api/routing'
import { useAlarms } from '@/features/queues/alarms'
import { useQueues } from '@/features/queues/store'

const FAILED = new ApiError(500, {})
const NONE = { items: [], next_cursor: null }

beforeEach(() => {
  setActivePinia(createPinia())
  vi.restoreAllMocks()
})

describe('the queues page', () => {
  it('says that loading failed until it succeeds: asking again by itself is no reason to begin anew', async () => {
    const live = vi.spyOn(routingApi, 'live').mockRejectedValue(FAILED)
    vi.spyOn(routingApi, 'waiting').mockResolvedValue(NONE)
    const queues = useQueues()
    await expect(queues.load()).rejects.toBe(FAILED)
    const again = queues.load()
    expect(queues.state).toBe('failed')
    await expect(again).rejects.toBe(FAILED)
    live.mockResolvedValue({ at: '2026-11-22T00:00:00Z', queues: [], items_total: 0 })
    await queues.load()
    expect(queues.state).toBe('ready')
  })

  it('keeps what it has when asking again fails', async () => {
    const asked = vi.spyOn(routingApi, 'alarms').mockResolvedValue(NONE)
    const alarms = useAlarms()
    await alarms.load()
    asked.mockRejectedValue(FAILED)
    await expect(alarms.load()).rejects.toBe(FAILED)
    expect(alarms.state).toBe('ready')
  })
})
