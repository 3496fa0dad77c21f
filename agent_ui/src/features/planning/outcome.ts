// What a long job comes to stands below its question: when it begins and when it is done, it is brought onto the screen,
// whole if it fits. The answer is fetched when it is needed and so grows for a moment; after that the page lies still.
import { useResizeObserver } from '@vueuse/core'
import { watch, type Ref } from 'vue'

const GROWS_MS = 1_500

export function useOutcome(place: Ref<HTMLElement | undefined>, job: { running: boolean; result: unknown }): void {
  let untilMs = 0
  watch(
    () => [job.running, job.result],
    ([running, result]) => {
      if (running || result) untilMs = performance.now() + GROWS_MS
    },
  )
  useResizeObserver(place, () => {
    if (performance.now() < untilMs) place.value?.scrollIntoView({ block: 'nearest' })
  })
}
