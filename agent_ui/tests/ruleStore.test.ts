import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/http'
import { ruleApi, type Rule } from '@/api/routingAdmin'
import { useRules } from '@/features/routing/store'
import { draftOf } from '@/model/routingRules'

const rule = (id: string, version = 1, fields: Partial<Rule> = {}): Rule => ({ ...draftOf(null), id, version, name: id, position: 0, ...fields }) as Rule
const CHANGED = new ApiError(409, { type: 'https://example.com/problems/changed' })

beforeEach(() => {
  setActivePinia(createPinia())
  vi.restoreAllMocks()
})

async function open(...listed: Rule[]) {
  const list = vi.spyOn(ruleApi, 'list').mockResolvedValue(listed)
  const rules = useRules()
  await rules.load()
  return { rules, list }
}

describe('rules that others change too', () => {
  it('are changed by the version that was seen, one change after the other', async () => {
    const { rules } = await open(rule('a'), rule('b'))
    const told = vi.spyOn(ruleApi, 'change').mockImplementation(async (id, what, version) => rule(id, version + 1, what))
    await Promise.all([rules.toggle(rules.rules[0]!), rules.change('a', { name: 'new' })])
    expect(told.mock.calls).toEqual([['a', { enabled: false }, 1], ['a', { name: 'new' }, 2]])
    await expect(rules.change('b', { name: 'x' }, 1)).resolves.toMatchObject({ version: 2 })
  })

  it('are loaded anew when somebody else was first, and whoever asked is told', async () => {
    const { rules, list } = await open(rule('a'))
    vi.spyOn(ruleApi, 'change').mockRejectedValue(CHANGED)
    list.mockResolvedValue([rule('a', 5, { enabled: true, name: 'theirs' })])
    await expect(rules.toggle(rules.rules[0]!)).rejects.toBe(CHANGED)
    expect(rules.rules).toEqual([rule('a', 5, { enabled: true, name: 'theirs' })])
  })

  it('stay as they were when the hub cannot be reached', async () => {
    const { rules } = await open(rule('a'))
    vi.spyOn(ruleApi, 'change').mockRejectedValue(new ApiError(0, {}))
    await expect(rules.toggle(rules.rules[0]!)).rejects.toBeInstanceOf(ApiError)
    expect(rules.rules[0]!.enabled).toBe(true)
  })

  it('are put in order from the order that the hub told last', async () => {
    const { rules } = await open(rule('a'), rule('b'), rule('c'))
    const order = vi.spyOn(ruleApi, 'order').mockImplementation(async (ids) => ({ items: ids.map((id) => rule(id, 2)), next_cursor: null }))
    await Promise.all([rules.move(0, 1), rules.move(1, 2)])
    expect(order.mock.calls.at(0)?.[1]).toEqual(['a', 'b', 'c'])
    expect(rules.rules.map((one) => `${one.id}${one.version}`)).toEqual(['b2', 'c2', 'a2'])
    await rules.move(0, 1)
    expect(order.mock.calls.at(-1)).toEqual([['c', 'b', 'a'], ['b', 'c', 'a']])
  })

  it('fall back to the order of now when somebody else has put them in order', async () => {
    const { rules, list } = await open(rule('a'), rule('b'))
    vi.spyOn(ruleApi, 'order').mockRejectedValueOnce(CHANGED)
    list.mockResolvedValue([rule('b'), rule('a'), rule('c')])
    await expect(rules.move(0, 1)).rejects.toBe(CHANGED)
    expect(rules.rules.map((one) => one.id)).toEqual(['b', 'a', 'c'])
  })
})
