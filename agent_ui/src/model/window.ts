// Which rows of a long list of equal rows need to exist. Pure.

export interface Window {
  start: number
  end: number
  /** Pixels above the first row and in all. */
  before: number
  total: number
}

export function windowOf(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
  overscan = 6,
): Window {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - overscan
  const last = Math.ceil((Math.max(0, scrollTop) + viewHeight) / rowHeight) + overscan
  const start = Math.max(0, Math.min(first, count))
  const end = Math.max(start, Math.min(count, last))
  return { start, end, before: start * rowHeight, total: count * rowHeight }
}

/** Scroll position that brings a row wholly into view, or null when it already is. */
export function scrollToRow(index: number, scrollTop: number, viewHeight: number, rowHeight: number): number | null {
  const top = index * rowHeight
  if (top < scrollTop) return top
  if (top + rowHeight > scrollTop + viewHeight) return top + rowHeight - viewHeight
  return null
}
