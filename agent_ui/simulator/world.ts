// The state of the page: asked for with the version that is here, answered when there is another. One loop for the page.
import { readonly, ref, shallowRef } from 'vue'
import { ask, Refused } from './access'
import type { Outcome, Person, State } from './types'

const AGAIN_MS = 1500
// A refused push stays on the screen until the next act; this is one per device.
export type Device = 'wechat' | 'sms' | 'mail'

const state = shallowRef<State | null>(null)
const needsSignIn = ref<'' | 'none' | 'role'>('')
const isOffline = ref(false)
const faults = ref<Partial<Record<Device, Refused>>>({})
let chosen = ''
let waiting: AbortController | null = null
let isRunning = false

async function look(): Promise<void> {
  waiting = new AbortController()
  const version = state.value?.version ?? ''
  const response = await ask('GET', `/state?person=${chosen}&version=${version}`, undefined, waiting.signal)
  const next = (await response.json()) as State
  isOffline.value = false
  needsSignIn.value = ''
  // Somebody is always there to begin with.
  if (!next.people.length) await addPerson()
  else if (next.version !== version) state.value = next
}

async function run(): Promise<void> {
  while (isRunning) {
    try {
      await look()
    } catch (error) {
      if (waiting?.signal.aborted) continue
      const status = error instanceof Refused ? error.status : 0
      if (status === 401 || status === 403) {
        needsSignIn.value = status === 403 ? 'role' : 'none'
        isRunning = false
        return
      }
      isOffline.value = true
      await new Promise((done) => setTimeout(done, AGAIN_MS))
    }
  }
}

function start(): void {
  if (isRunning) return
  isRunning = true
  void run()
}

function choose(person: string): void {
  chosen = person
  faults.value = {}
  waiting?.abort()
}

async function addPerson(): Promise<void> {
  const person = (await (await ask('POST', '/people', {})).json()) as Person
  choose(person.id)
}

/** Let the person on the page do something; tells whether the hub took it. */
async function act(device: Device, channel: string, body: unknown): Promise<boolean> {
  const person = state.value?.person?.id ?? ''
  faults.value = { ...faults.value, [device]: undefined }
  try {
    const outcome = (await (await ask('POST', `/people/${person}/${device}/${channel}`, body)).json()) as Outcome
    if (!outcome.ok) throw new Refused(outcome.status, 'push')
    return true
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused(0)
    faults.value = { ...faults.value, [device]: refused }
    return refused.type === 'push'
  }
}

async function fetchFile(uid: number, number: number): Promise<Blob> {
  return (await ask('GET', `/people/${state.value?.person?.id ?? ''}/mail/${uid}/files/${number}`)).blob()
}

export function useWorld() {
  return {
    state: readonly(state) as typeof state,
    needsSignIn,
    isOffline,
    faults,
    start,
    choose,
    addPerson,
    act,
    fetchFile,
  }
}
