// The few REST calls of a visitor. Each has a time limit; a failure is thrown as a Problem with the hub's own words.
import type { Attachment, ChannelTheme, Entry } from '../model/types'

export interface ChannelCard {
  channel_id: string
  name: string
  locale?: string | null
  theme?: ChannelTheme | null
  greeting?: string | null
}

export interface PastSession {
  id: string
  state: string
  created_at: string
  closed_at: string | null
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail)
  }
}

const base = '/api/v1'
const LIMIT_MS = 12_000
const PAGE = 200

export function fetchChannel(channel: string): Promise<ChannelCard> {
  return get<ChannelCard>(`/widget/${encodeURIComponent(channel)}`, null)
}

/** Sessions of this visitor, newest first. */
export async function fetchSessions(token: string): Promise<PastSession[]> {
  return (await get<{ items: PastSession[] }>('/visitor/sessions?limit=50', token)).items
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

/** Upload one file; `progress` hears 0–1. Aborting the signal ends it without an error worth showing. */
export function upload(file: File, token: string, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const form = new FormData()
    form.append('file', file, file.name || 'image.png')
    request.open('POST', `${base}/attachments`)
    request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.responseType = 'json'
    // 20 MB on a slow phone line; beyond that the visitor is better served by trying again.
    request.timeout = 180_000
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onload = () => {
      if (request.status === 200 || request.status === 201) resolve(request.response as Attachment)
      else reject(new Problem(request.status, (request.response as { detail?: string } | null)?.detail ?? ''))
    }
    request.onerror = request.ontimeout = () => reject(new Problem(0, ''))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}

async function get<Answer>(path: string, token: string | null): Promise<Answer> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {}
  const response = await fetch(base + path, { headers, signal: AbortSignal.timeout(LIMIT_MS), credentials: 'omit' })
  if (!response.ok) throw new Problem(response.status, response.statusText)
  return (await response.json()) as Answer
}
