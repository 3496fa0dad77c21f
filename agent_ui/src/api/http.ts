// The one door to the REST API: bearer token, the language that the page is in, time limit, problem+json as a typed
// error. It knows no nouns.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: { type?: string; title?: string; detail?: string; errors?: { field: string; message: string }[] },
    readonly retryAfterS: number | null = null,
  ) {
    super(problem.detail || problem.title || `HTTP ${status}`)
  }

  /** True when nobody can tell whether the server acted: no answer, or an answer that says "later". */
  get unanswered(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }

  is(type: string): boolean {
    return this.problem.type?.split(/[/#]/).pop() === type
  }
}

export interface Tokens {
  /** A token that is good for the next seconds, or null when signed out. */
  fresh(): Promise<string | null>
  /** The server refused this token; returns another one or null. */
  replace(refused: string): Promise<string | null>
}

const TIMEOUT_MS = 15_000
const UPLOAD_TIMEOUT_MS = 120_000
/** Behind it is somebody else's server, which has a minute. */
const SLOW_TIMEOUT_MS = 70_000
export const BASE = '/api/v1'

let tokens: Tokens | null = null

export function useTokens(source: Tokens): void {
  tokens = source
}

async function problemOf(response: Response): Promise<ApiError> {
  let body: object = {}
  try {
    body = (await response.json()) as object
  } catch {
    body = { title: response.statusText }
  }
  const retry = Number(response.headers.get('Retry-After'))
  return new ApiError(response.status, body, Number.isFinite(retry) && retry > 0 ? retry : null)
}

async function send(method: string, path: string, body: unknown, token: string | null, limitMs: number): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang }
  if (token) headers.Authorization = `Bearer ${token}`
  const form = body instanceof FormData
  if (body !== undefined && !form) headers['Content-Type'] = 'application/json'
  try {
    return await fetch(BASE + path, {
      method,
      headers,
      body: form ? body : body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(form ? UPLOAD_TIMEOUT_MS : limitMs),
      cache: 'no-store',
    })
  } catch (error) {
    throw new ApiError(0, { type: 'unreachable', title: String(error) })
  }
}

async function answered(method: string, path: string, body?: unknown, open = false, limitMs = TIMEOUT_MS): Promise<Response> {
  const token = open ? null : ((await tokens?.fresh()) ?? null)
  let response = await send(method, path, body, token, limitMs)
  if (response.status === 401 && token && tokens) {
    const other = await tokens.replace(token)
    if (other) response = await send(method, path, body, other, limitMs)
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

async function call<T>(method: string, path: string, body?: unknown, open = false, limitMs?: number): Promise<T> {
  const response = await answered(method, path, body, open, limitMs)
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

export const http = {
  get: <T>(path: string) => call<T>('GET', path),
  post: <T>(path: string, body: unknown = {}) => call<T>('POST', path, body),
  slow: <T>(path: string, body: unknown = {}) => call<T>('POST', path, body, false, SLOW_TIMEOUT_MS),
  put: <T>(path: string, body: unknown) => call<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, body),
  remove: (path: string) => call<void>('DELETE', path),
  /** What is no JSON: a file to keep. */
  file: async (path: string) => (await answered('GET', path)).blob(),
  /** Without a token: sign-in and token refresh. */
  open: <T>(path: string, body: unknown) => call<T>('POST', path, body, true),
}

export function query(params: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}
