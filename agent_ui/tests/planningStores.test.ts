import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/http'
import { skillApi, tryApi, type Job, type Member } from '@/api/planning'
import { useStaffingJob } from '@/features/planning/jobs'
import { useMatrix } from '@/features/planning/matrix'

const member = (fields: Partial<Member> = {}): Member =>
  ({ id: 'a', email: 'ann@example.com', name: 'Ann', roles: ['agent'], skills: {}, languages: ['zh'], capacity: 5, team_ids: [], disabled: false, ...fields }) as Member
const BILLING = { kind: 'skill', name: 'billing' } as const
const RETURNS = { kind: 'skill', name: 'returns' } as const

beforeEach(() => {
  setActivePinia(createPinia())
  vi.restoreAllMocks()
})

describe('the grid of skills', () => {
  async function open(change: typeof skillApi.change) {
    vi.spyOn(skillApi, 'members').mockResolvedValue([member(), member({ id: 'b', name: 'Bo' })])
    vi.spyOn(skillApi, 'list').mockResolvedValue([])
    const told = vi.spyOn(skillApi, 'change').mockImplementation(change)
    const matrix = useMatrix()
    await matrix.load()
    return { matrix, told }
  }
  const skillsOf = (matrix: ReturnType<typeof useMatrix>) => matrix.members.find((one) => one.id === 'a')!.skills

  it('shows a change at once and tells the hub one after the other', async () => {
    const answers: (() => void)[] = []
    const { matrix, told } = await open((id, change) => new Promise((done) => answers.push(() => done(member({ id, ...change })))))
    const first = matrix.set('a', BILLING, 3)
    const second = matrix.set('a', RETURNS, 7)
    expect(skillsOf(matrix)).toEqual({ billing: 3, returns: 7 })
    expect(matrix.isPending('a', BILLING)).toBe(true)
    expect(told.mock.calls).toEqual([['a', { skills: { billing: 3 } }]])
    answers.shift()!()
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2))
    expect(told.mock.calls[1]).toEqual(['a', { skills: { billing: 3, returns: 7 } }])
    answers.shift()!()
    await Promise.all([first, second])
    expect([matrix.busy, matrix.isPending('a', RETURNS)]).toEqual([false, false])
  })

  it('takes back what the hub refuses, and leaves others as they are', async () => {
    const { matrix } = await open((id, change) => (id === 'a' ? Promise.reject(new ApiError(403, {})) : Promise.resolve(member({ id, ...change }))))
    await matrix.set('b', BILLING, 2)
    await expect(matrix.set('a', BILLING, 3)).rejects.toThrow()
    expect(skillsOf(matrix)).toEqual({})
    expect(matrix.done.map((edit) => edit.agentId)).toEqual(['b'])
  })

  it('goes back step by step; digits of one number are one step', async () => {
    const { matrix } = await open((id, change) => Promise.resolve(member({ id, ...change })))
    await matrix.set('a', BILLING, 4)
    await matrix.set('a', RETURNS, 1)
    await matrix.set('a', RETURNS, 10)
    expect(matrix.done).toHaveLength(2)
    await matrix.undo()
    expect(skillsOf(matrix)).toEqual({ billing: 4 })
    await matrix.undo()
    expect(skillsOf(matrix)).toEqual({})
    expect(await matrix.undo()).toBeNull()
  })
})

describe('a long job', () => {
  const job = (fields: Partial<Job>): Job => ({ id: 'j', kind: 'staffing', state: 'running', progress: 0.2, result: null, error: null, created_at: '', ended_at: null, ...fields }) as Job

  it('is asked after until it ends', async () => {
    vi.useFakeTimers()
    vi.spyOn(tryApi, 'staffing').mockResolvedValue({ job_id: 'j' })
    const asked = vi.spyOn(tryApi, 'job').mockResolvedValueOnce(job({})).mockRejectedValueOnce(new ApiError(0, {})).mockResolvedValue(job({ state: 'succeeded', result: { agents: 4 } as never }))
    const store = useStaffingJob()
    await store.run({ per_hour: 1, handle_s: 1 })
    expect(store.running).toBe(true)
    await vi.advanceTimersByTimeAsync(2_000)
    expect([store.running, store.result?.agents, asked.mock.calls.length]).toEqual([false, 4, 3])
    vi.useRealTimers()
  })

  it('that is gone is said to be lost', async () => {
    vi.useFakeTimers()
    vi.spyOn(tryApi, 'staffing').mockResolvedValue({ job_id: 'j' })
    vi.spyOn(tryApi, 'job').mockResolvedValueOnce(job({})).mockRejectedValue(new ApiError(404, {}))
    const store = useStaffingJob()
    await store.run({ per_hour: 1, handle_s: 1 })
    await vi.advanceTimersByTimeAsync(1_000)
    expect([store.running, store.lost, store.result]).toEqual([false, true, null])
    vi.useRealTimers()
  })
})
