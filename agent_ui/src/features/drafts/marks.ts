// Which unsent replies began as a proposal of the model, so that each stays marked until it is sent or emptied, over a
// change of session and a reload as well.
import { ref } from 'vue'

const KEY = 'huike.drafted'
const marked = ref<readonly string[]>((sessionStorage.getItem(KEY) ?? '').split(' ').filter(Boolean))

function keep(ids: readonly string[]): void {
  marked.value = ids
  sessionStorage.setItem(KEY, ids.join(' '))
}

export function useMarks() {
  const has = (id: string) => marked.value.includes(id)
  const set = (id: string) => has(id) || keep([...marked.value, id])
  const drop = (id: string) => has(id) && keep(marked.value.filter((one) => one !== id))
  return { has, set, drop }
}
