// The sentences of one intent as they are shown: page by page, found by words, loaded again when the material changes.
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { studioApi, type Bot, type Example } from '@/api/studio'
import { useStudio } from './studio'

const PAGE = 100
const SEARCH_PAUSE_MS = 200

export function useExamples(bot: Bot, intent: Ref<string>) {
  const studio = useStudio()
  const items = shallowRef<Example[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const cursor = ref<string | null>(null)
  const wanted = ref('')
  let turn = 0
  onScopeDispose(() => (turn = -1))

  /** Load from the start, as many as are shown now. */
  async function load(): Promise<void> {
    const mine = ++turn
    const least = Math.min(items.value.length, 10 * PAGE)
    const found: Example[] = []
    let next: string | null = null
    try {
      do {
        const page = await studioApi.examples(bot.id, { intent: intent.value, q: wanted.value.trim(), limit: PAGE, cursor: next })
        if (mine !== turn) return
        found.push(...page.items)
        next = page.next_cursor
      } while (next && found.length < least)
      items.value = found
      cursor.value = next
      state.value = 'ready'
    } catch {
      if (mine === turn && !items.value.length) state.value = 'failed'
    }
  }

  async function more(): Promise<void> {
    if (!cursor.value) return
    const mine = ++turn
    const page = await studioApi.examples(bot.id, { intent: intent.value, q: wanted.value.trim(), limit: PAGE, cursor: cursor.value })
    if (mine !== turn) return
    items.value = [...items.value, ...page.items]
    cursor.value = page.next_cursor
  }

  // The pause is ours: the library's would be part of the console's first load.
  let pause: ReturnType<typeof setTimeout> | undefined
  watch(wanted, () => {
    clearTimeout(pause)
    pause = setTimeout(() => void load(), SEARCH_PAUSE_MS)
  })
  watch([studio.stamp, intent], () => void load())
  void load()
  const searching = computed(() => !!wanted.value.trim())
  return { items, state, cursor, wanted, searching, load, more }
}
