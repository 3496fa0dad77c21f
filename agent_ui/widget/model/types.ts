// The shapes that the hub sends to a visitor. Unknown extra fields are allowed; unknown kinds are shown as text or left.

export type SpeakerKind = 'customer' | 'agent' | 'bot' | 'system'

export interface Speaker {
  kind: SpeakerKind
  id?: string | null
  name?: string | null
}

export interface Attachment {
  id: string
  name: string
  mime: string
  size: number
  url: string
  inline?: boolean
  width?: number | null
  height?: number | null
}

export interface MenuOption {
  id: string
  label: string
  payload?: unknown
}

export interface Content {
  type: string
  text?: string | null
  attachments?: Attachment[]
  options?: MenuOption[]
  title?: string | null
  url?: string | null
  image_url?: string | null
  latitude?: number
  longitude?: number
}

export interface Entry {
  seq: number
  at: string
  kind: string
  id?: string
  client_id?: string | null
  session_id?: string | null
  direction?: 'in' | 'out'
  author?: Speaker
  content?: Content
  note?: boolean
  delivery?: { state: string; reason?: string | null } | null
  /** Built here from an acknowledgement; the hub's own copy replaces it. */
  local?: boolean
}

export type SessionState = 'bot' | 'queued' | 'offered' | 'active' | 'wrap_up' | 'closed'

export interface Holder {
  kind: 'bot' | 'agent' | 'none'
  id?: string | null
  name?: string | null
}

export interface SessionNotice {
  id: string
  state: SessionState
  holder: Holder
  /** How far the desk has read. */
  read_seq?: number
  /** Set while nobody is there to answer. */
  offline?: Offline | null
}

export interface Offline {
  action: 'message' | 'callback'
  opens_at: string | null
  has_contact: boolean
}

/** Whether people are there now; when closed, what becomes of who writes and when that ends. */
export interface Hours {
  open: boolean
  action: 'message' | 'callback' | 'keep' | null
  opens_at: string | null
}

export interface ChannelTheme {
  color?: string
  position?: string
}

export interface Welcome {
  visitor_token: string
  customer_id: string
  session_id: string | null
  last_seq: number
  greeting?: string | null
  channel?: { name?: string; theme?: ChannelTheme | null; locale?: string | null } | null
  session?: SessionNotice | null
  bot?: { name?: string | null } | null
  rating?: { score: number } | null
  can_rate?: boolean
  hours?: Hours | null
}

export interface QueuePlace {
  position: number | null
  estimated_wait_s: number | null
}

export type Ack =
  | ({ ok: true } & Record<string, unknown>)
  | { ok: false; error: { type: string; detail?: string; retry_after?: number } }
