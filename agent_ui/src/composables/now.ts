// The server's present moment, ticking once a second for the whole page.
import { computed, ref, type ComputedRef } from 'vue'
import { useWorkspace } from '@/stores/workspace'

const tick = ref(Date.now())
setInterval(() => (tick.value = Date.now()), 1000)

export function useNow(): ComputedRef<number> {
  const workspace = useWorkspace()
  return computed(() => tick.value + workspace.offsetMs)
}
