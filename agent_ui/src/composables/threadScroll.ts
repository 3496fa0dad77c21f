// Keeps a thread where the reader wants it: at the newest message while they are there, still while they read above,
// and in place when earlier messages are put before it.
import { useEventListener, useResizeObserver } from '@vueuse/core'
import { nextTick, ref, type Ref } from 'vue'

const NEAR_PX = 48

export function useThreadScroll(scroller: Ref<HTMLElement | undefined>, content: Ref<HTMLElement | undefined>) {
  const atBottom = ref(true)
  let settledSize = ''

  function size(): string {
    const el = scroller.value
    return el ? `${el.scrollHeight}/${el.clientHeight}` : ''
  }

  function measure(): void {
    const el = scroller.value
    if (el) atBottom.value = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_PX
  }

  /** A scroll that only a new size has caused is not the reader's; the observer below comes right after it. */
  function scrolled(): void {
    if (size() === settledSize) measure()
  }

  function toBottom(smooth = false): void {
    const el = scroller.value
    if (!el) return
    el.scrollTo({ top: el.scrollHeight, behavior: smooth ? 'smooth' : 'auto' })
    atBottom.value = true
  }

  /** Show the unread line near the top if there is one, else the newest message. */
  async function settle(): Promise<void> {
    await nextTick()
    const line = content.value?.querySelector<HTMLElement>('[data-testid="unread-line"]')
    if (!line || !scroller.value) return toBottom()
    const wanted = line.offsetTop - 24
    scroller.value.scrollTo({ top: wanted })
    measure()
  }

  /** Run something that adds rows above and keep the rows on screen where they are. */
  async function keepPlace(work: () => Promise<void>): Promise<void> {
    const el = scroller.value
    if (!el) return work()
    const fromEnd = el.scrollHeight - el.scrollTop
    await work()
    await nextTick()
    el.scrollTop = el.scrollHeight - fromEnd
  }

  useEventListener(scroller, 'scroll', scrolled, { passive: true })
  // Pictures that finish loading, or the reply box that grows, must not push the newest message out of sight.
  useResizeObserver([content, scroller], () => {
    settledSize = size()
    if (atBottom.value) toBottom()
    else measure()
  })

  return { atBottom, toBottom, settle, keepPlace }
}
