import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, h, type Component } from 'vue'
import type { ActivityEntry } from '@/api/types'
import { usePeople } from '@/composables/people'
import ActivityLine from '@/features/console/ActivityLine.vue'
import IdentityList from '@/features/console/IdentityList.vue'
import { addWords, i18n, setLocale } from '@/i18n'
import { activity, session } from './make'

beforeEach(async () => {
  localStorage.clear()
  const later = new Date(Date.now() + 3_600_000).toISOString()
  const agent = { id: 'me', email: '', name: 'Li Na', roles: ['agent'], skills: {}, languages: [], capacity: 5, team_ids: [] }
  localStorage.setItem('huike.auth', JSON.stringify({ token: 't1', expires_at: later, refresh_token: 'r1', refresh_expires_at: later, agent, got_at: Date.now() }))
  setActivePinia(createPinia())
  await setLocale('zh-CN', false)
  await addWords('later')
})

function shown(part: Component, props: Record<string, unknown>): string {
  return mount(part, { props, global: { plugins: [i18n], stubs: { IconButton: true } } }).text()
}
const line = (kind: string, fields: Partial<ActivityEntry>) => shown(ActivityLine, { entry: { ...activity(1, kind), ...fields }, session: session() })

describe('an activity line', () => {
  it('speaks of oneself as "I", of others by name', () => {
    expect(line('assigned', { data: { agent_id: 'me', agent_name: 'Li Na' } })).toContain('我开始接待')
    expect(line('assigned', { data: { agent_id: 'a2', agent_name: '王强 Wang' } })).toContain('王强 Wang 开始接待')
  })

  it('does so within an English sentence too', async () => {
    await setLocale('en', false)
    expect(line('offered', { data: { agent_id: 'me', agent_name: 'Li Na' } })).toContain('Offered to you')
    expect(line('transferred', { actor: { kind: 'agent', id: 'a2', name: 'Wang' }, data: { to: { kind: 'agent', id: 'me' } } })).toContain('Wang transferred to you')
  })

  it('says of a handoff only why', () => {
    const text = line('handoff', { data: { reason: 'asked', summary: '查询订单 HK20260001' } })
    expect(text).toContain('转人工接待 · 客户要求人工接待')
    expect(text).not.toContain('HK20260001')
  })
})

describe('people', () => {
  const holder = (fields: Parameters<typeof session>[0]) => {
    const part = defineComponent({ setup: () => { const people = usePeople(); return () => h('p', people.holderName(session(fields))) } })
    return shown(part, {})
  }

  it('name who served a closed conversation last, or nobody at all', () => {
    const none = { kind: 'none' as const, id: '', name: '' }
    expect(holder({ state: 'closed', holder: none, served_by: ['a2', 'me'] })).toBe('我')
    expect(holder({ state: 'closed', holder: none, served_by: [] })).toBe('')
    expect(holder({ state: 'queued', holder: none })).toBe('无人')
  })
})

describe('the addresses of a customer', () => {
  it('name a browser without its number', () => {
    const text = shown(IdentityList, { identities: [{ kind: 'device', value: '01JD-secret', verified: false }, { kind: 'phone', value: '13800000000', verified: true }] })
    expect(text).toContain('网页访客设备')
    expect(text).not.toContain('01JD-secret')
    expect(text).toContain('13800000000')
  })
})
