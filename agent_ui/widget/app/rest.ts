// The few REST calls of a visitor. Each has a time limit; a failure is thrown as a Problem with the hub's own words.
import type { ChannelTheme, Entry } from '../model/types'

export interface ChannelCard {
  channel_id: string
  name: string
  locale?: string | null
  theme?: ChannelTheme | null
  greeting?: string | null
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail)
  }
}

export const base = '/api/v1'
const LIMIT_MS = 12_000
const PAGE = 200

export function fetchChannel(channel: string): Promise<ChannelCard> {
  return get<ChannelCard>(`/widget/${encodeURIComponent(channel)}`, null)
}

/** Everything of a session after a number, to its end, in pages. */
export async function fetchRange(session: string, after: number, token: string): Promise<Entry[]> {
  const found: Entry[] = []
  for (let from = after; ; ) {
    const path = `/visitor/sessions/${encodeURIComponent(session)}/timeline?after=${from}&limit=${PAGE}`
    const { items } = await get<{ items: Entry[] }>(path, token)
    found.push(...items)
    const last = items.at(-1)
    if (items.length < PAGE || !last || last.seq <= from) return found
    from = last.seq
  }
}

export async function get<Answer>(path: string, token: string | null): Promise<Answer> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {}
  const response = await fetch(base + path, { headers, signal: AbortSignal.timeout(LIMIT_MS), credentials: 'omit' })
  if (!response.ok) throw new Problem(response.status, response.statusText)
  return (await response.json()) as Answer
}
