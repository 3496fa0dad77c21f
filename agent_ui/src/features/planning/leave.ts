// The question before unsaved changes of a tab are left, for its component to show.
import { useEventListener } from '@vueuse/core'
import { ref, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'
import { useAuth } from '@/stores/auth'

export function useLeave(dirty: Ref<boolean>) {
  const auth = useAuth()
  const asking = ref(false)
  let answer: ((leave: boolean) => void) | null = null

  /** Resolves to whether what is unsaved may go. */
  function ask(): Promise<boolean> {
    if (!dirty.value || !auth.signedIn) return Promise.resolve(true)
    asking.value = true
    return new Promise((resolve) => (answer = resolve))
  }
  function settle(leave: boolean): void {
    asking.value = false
    answer?.(leave)
    answer = null
  }
  onBeforeRouteLeave(ask)
  onBeforeRouteUpdate(ask)
  useEventListener('beforeunload', (event) => dirty.value && event.preventDefault())
  return { asking, ask, settle }
}
