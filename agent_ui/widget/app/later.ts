// The parts of the chat that nobody needs in the first second, in one file of their own (later/). It is fetched soon
// after the start or when a part is needed, again after a while when that failed. Until then a part shows nothing.
import { createVNode, shallowRef, type Component, type FunctionalComponent } from 'vue'

type Later = typeof import('./later/index')
type Shown = { [Name in keyof Later as Later[Name] extends Component ? Name : never]: Later[Name] }

const AGAIN_MS = 5_000

export const later = shallowRef<Later | null>(null)
let coming: Promise<Later> | null = null
let again: ReturnType<typeof setTimeout> | undefined

export function fetchLater(): Promise<Later> {
  coming ??= import('./later/index').then(
    (file) => (later.value = file),
    (error: unknown) => {
      coming = null
      clearTimeout(again)
      again = setTimeout(() => fetchLater().catch(() => undefined), AGAIN_MS)
      throw error
    },
  )
  return coming
}

/** A component of the later file under its own name, with its own props and events. */
export function part<Name extends keyof Shown>(name: Name): Shown[Name] {
  const placeholder: FunctionalComponent = (_props, { attrs }) => {
    if (later.value) return createVNode(later.value[name] as Component, attrs)
    fetchLater().catch(() => undefined)
    return null
  }
  placeholder.inheritAttrs = false
  return placeholder as unknown as Shown[Name]
}
