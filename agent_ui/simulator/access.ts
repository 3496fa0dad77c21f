// Who uses the page: somebody with a login of the console, taken from the console of this browser or given here.
// What is given here is kept for this tab alone, so that it signs nobody in elsewhere.
interface Tokens {
  token: string
  refresh_token: string
}

const OWN = 'huike.simulator'
const CONSOLE = 'huike.auth'

/** The hub refused, or did not answer (status 0). */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly type = '',
    detail = '',
  ) {
    super(detail)
  }
}

function stored(place: Storage, key: string): Tokens | null {
  try {
    return JSON.parse(place.getItem(key) ?? 'null') as Tokens | null
  } catch {
    return null
  }
}

async function send(method: string, path: string, body: unknown, token: string, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': document.documentElement.lang }
  if (token) headers.Authorization = `Bearer ${token}`
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Refused(0)
  }
}

async function whole(response: Response): Promise<Response> {
  if (response.ok) return response
  const problem = (await response.json().catch(() => ({}))) as { type?: string; detail?: string }
  throw new Refused(response.status, problem.type, problem.detail)
}

async function renewed(): Promise<string | null> {
  const own = stored(sessionStorage, OWN)
  if (!own) return null
  const answer = await send('POST', '/api/v1/auth/refresh', { refresh_token: own.refresh_token }, '')
  if (!answer.ok) {
    sessionStorage.removeItem(OWN)
    return null
  }
  const tokens = (await answer.json()) as Tokens
  sessionStorage.setItem(OWN, JSON.stringify(tokens))
  return tokens.token
}

/** Ask the simulator; an access token that has run out is renewed once. */
export async function ask(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const own = stored(sessionStorage, OWN)
  const token = (own ?? stored(localStorage, CONSOLE))?.token
  if (!token) throw new Refused(401)
  const first = await send(method, `/simulator/api${path}`, body, token, signal)
  if (first.status !== 401) return whole(first)
  // The console of this browser renews its own.
  const fresh = own ? await renewed() : (stored(localStorage, CONSOLE)?.token ?? null)
  if (!fresh || fresh === token) return whole(first)
  return whole(await send(method, `/simulator/api${path}`, body, fresh, signal))
}

export async function signIn(email: string, password: string): Promise<void> {
  const answer = await whole(await send('POST', '/api/v1/auth/login', { email, password }, ''))
  sessionStorage.setItem(OWN, JSON.stringify(await answer.json()))
}
