// Records as the hub sends them, with everything a test does not care about filled in.
import type { ActivityEntry, MessageEntry, Session } from '@/api/types'

export function session(fields: Partial<Session> = {}): Session {
  return {
    id: 's1',
    version: 1,
    customer_id: 'c1',
    customer: { id: 'c1', name: '陈思远', level: 'normal' },
    state: 'active',
    holder: { kind: 'agent', id: 'me', name: '李晓雯' },
    agent_name: null,
    channel_ids: ['web'],
    reply_channel_id: 'web',
    priority: 5,
    skills: {},
    language: 'zh',
    created_at: '2026-11-22T08:00:00.000Z',
    queued_at: null,
    first_response_at: null,
    closed_at: null,
    last_message_at: null,
    last_message: null,
    last_seq: 0,
    unread: 0,
    position: null,
    estimated_wait_s: null,
    tags: [],
    summary: '',
    offer: null,
    handoff: null,
    rating: null,
    reopened: 0,
    queue_id: 'default',
    team_id: null,
    lane: null,
    feeling: null,
    review: null,
    offline: null,
    ...fields,
  }
}

export function message(seq: number, fields: Partial<MessageEntry> = {}): MessageEntry {
  return {
    seq,
    at: `2026-11-22T08:${String(seq % 60).padStart(2, '0')}:00.000Z`,
    kind: 'message',
    id: `m${seq}`,
    direction: 'in',
    author: { kind: 'customer', id: 'c1', name: '陈思远' },
    channel_id: 'web',
    content: { type: 'text', text: `text ${seq}` },
    note: false,
    feeling: null,
    delivery: null,
    ...fields,
  }
}

export function reply(seq: number, state: NonNullable<MessageEntry['delivery']>['state'], fields: Partial<MessageEntry> = {}): MessageEntry {
  return message(seq, {
    direction: 'out',
    author: { kind: 'agent', id: 'me', name: '李晓雯' },
    delivery: { state, reason: null, trouble: null },
    ...fields,
  })
}

export function activity(seq: number, kind: string): ActivityEntry {
  return { seq, at: `2026-11-22T08:${String(seq % 60).padStart(2, '0')}:00.000Z`, kind, actor: { kind: 'system', id: 'system', name: '' }, data: {} }
}
