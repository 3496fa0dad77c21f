// Moves the focus to a cell and shows it, free of the column and rows that stay in place.
import { nextTick, type Ref } from 'vue'
import type { Cell } from '@/model/planningSkills'

export function useGridFocus(root: Ref<HTMLElement | undefined>) {
  async function focusCell({ row, column }: Cell): Promise<void> {
    await nextTick()
    const box = root.value
    const cell = box?.querySelector<HTMLElement>(`[data-cell="${row}-${column}"]`)
    if (!box || !cell) return
    cell.focus({ preventScroll: true })
    const fixed = { left: box.querySelector('tbody th')?.clientWidth ?? 0, top: box.querySelector('thead')?.clientHeight ?? 0, bottom: box.querySelector('tfoot')?.clientHeight ?? 0 }
    const [outer, inner] = [box.getBoundingClientRect(), cell.getBoundingClientRect()]
    if (inner.left < outer.left + fixed.left) box.scrollLeft -= outer.left + fixed.left - inner.left
    if (inner.right > outer.right) box.scrollLeft += inner.right - outer.right
    if (inner.top < outer.top + fixed.top) box.scrollTop -= outer.top + fixed.top - inner.top
    if (inner.bottom > outer.bottom - fixed.bottom) box.scrollTop += inner.bottom - outer.bottom + fixed.bottom
  }
  return { focusCell }
}
