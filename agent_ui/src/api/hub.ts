// The hub's calls by name, so that no path is written anywhere else.
import { http, query } from './http'
import type {
  Agent,
  Attachment,
  CannedReply,
  Customer,
  CustomerChange,
  Entry,
  SignedIn,
  OutgoingMessage,
  Page,
  Presence,
  PresenceStatus,
  Session,
  TransferTarget,
  Workspace,
} from './types'

export type SessionAct = 'accept' | 'reject' | 'close' | 'reopen' | 'take' | 'read'

const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')

export const hub = {
  login: (email: string, password: string) => http.open<SignedIn>('/auth/login', { email, password }),
  refresh: (refresh_token: string) => http.open<SignedIn>('/auth/refresh', { refresh_token }),
  logout: (refresh_token: string) => http.post<void>('/auth/logout', { refresh_token }),
  me: () => http.get<Agent>('/auth/me'),
  workspace: () => http.get<Workspace>('/workspace'),
  canned: () => http.get<Page<CannedReply>>('/canned-replies' + query({ limit: 200 })),
  presence: () => http.get<Presence>('/agents/me/presence'),
  setPresence: (status: PresenceStatus) => http.put<Presence>('/agents/me/presence', { status }),
  sessions: (params: Record<string, string | number | null | undefined>) =>
    http.get<Page<Session>>('/sessions' + query(params)),
  session: (id: string) => http.get<Session>(path('sessions', id)),
  timeline: (id: string, after: number, limit: number) =>
    http.get<Page<Entry>>(path('sessions', id, 'timeline') + query({ after, limit })),
  act: (id: string, act: SessionAct, body: object = {}) => http.post<Session>(path('sessions', id, act), body),
  transfer: (id: string, to: TransferTarget, note: string | undefined) =>
    http.post<Session>(path('sessions', id, 'transfer'), note ? { to, note } : { to }),
  send: (id: string, body: OutgoingMessage) => http.post<Entry>(path('sessions', id, 'messages'), body),
  resend: (id: string, messageId: string) => http.post<Entry>(path('sessions', id, 'messages', messageId, 'resend')),
  label: (id: string, change: { tags: string[] }) => http.patch<Session>(path('sessions', id), change),
  customer: (id: string) => http.get<Customer>(path('customers', id)),
  patchCustomer: (id: string, change: CustomerChange) =>
    http.patch<Customer>(path('customers', id), change),
  upload: (file: File) => {
    const form = new FormData()
    form.append('file', file, file.name || 'image.png')
    return http.post<Attachment>('/attachments', form)
  },
}
