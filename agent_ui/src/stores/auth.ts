// Who is signed in. Holds the tokens (shared by all tabs through localStorage) and renews them; nothing else does.
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { hub } from '@/api/hub'
import { ApiError, useTokens } from '@/api/http'
import type { SignedIn } from '@/api/types'
import { mayWrite, seesAll, servesOrSees, teaches } from '@/model/filters'

const KEY = 'huike.auth'
const EARLY_MS = 30_000
// With a wrong clock here a token may look old at once; never renew one that was just given.
const YOUNG_MS = 60_000

type Kept = SignedIn & { got_at: number }

function stored(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

/** Only one tab may spend the refresh token: it is used up by the first. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('huike.refresh', work) : work()
}

export const useAuth = defineStore('auth', () => {
  const kept = shallowRef<Kept | null>(stored())
  const agent = computed(() => kept.value?.agent ?? null)
  const signedIn = computed(() => kept.value !== null)
  const everyone = computed(() => seesAll(agent.value?.roles ?? []))
  const serves = computed(() => servesOrSees(agent.value?.roles ?? []))
  const studio = computed(() => teaches(agent.value?.roles ?? []))
  const writes = computed(() => mayWrite(agent.value?.roles ?? []))

  function keep(answer: SignedIn | null): void {
    kept.value = answer && { ...answer, got_at: Date.now() }
    if (kept.value) localStorage.setItem(KEY, JSON.stringify(kept.value))
    else localStorage.removeItem(KEY)
  }

  async function renew(refused: string): Promise<string | null> {
    return exclusively(async () => {
      const now = stored()
      if (now && now.token !== refused) {
        kept.value = now
        return now.token
      }
      if (!now) return null
      try {
        keep(await hub.refresh(now.refresh_token))
        return kept.value?.token ?? null
      } catch (error) {
        if (error instanceof ApiError && !error.unanswered) keep(null)
        return null
      }
    })
  }

  async function fresh(): Promise<string | null> {
    const now = kept.value
    if (!now) return null
    const old = Date.parse(now.expires_at) - EARLY_MS < Date.now() && Date.now() - now.got_at > YOUNG_MS
    return old ? ((await renew(now.token)) ?? kept.value?.token ?? null) : now.token
  }

  async function login(email: string, password: string): Promise<void> {
    keep(await hub.login(email, password))
  }

  async function logout(): Promise<void> {
    const token = kept.value?.refresh_token
    try {
      if (token) await hub.logout(token)
    } catch {
      // Signing out here must work without the server; the refresh token ends by itself.
    }
    keep(null)
  }

  useTokens({ fresh, replace: renew })
  window.addEventListener('storage', (event) => {
    if (event.key === KEY) kept.value = stored()
  })

  return { agent, signedIn, everyone, serves, studio, writes, login, logout, fresh, renew, kept }
})
