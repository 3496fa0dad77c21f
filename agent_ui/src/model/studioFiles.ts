// Files of a bot: their tree, what an import changed in them, and faults as the hub names them. Pure.

export interface TreeRow {
  path: string
  name: string
  depth: number
  isFolder: boolean
}

/** Folders before files, each by name, every file below its folder. */
export function treeOf(paths: Iterable<string>): TreeRow[] {
  const rows: TreeRow[] = []
  const seen = new Set<string>()
  for (const path of [...paths].sort(byPlace)) {
    const parts = path.split('/')
    parts.slice(0, -1).forEach((name, depth) => {
      const folder = parts.slice(0, depth + 1).join('/')
      if (seen.has(folder)) return
      seen.add(folder)
      rows.push({ path: folder, name, depth, isFolder: true })
    })
    rows.push({ path, name: parts.at(-1)!, depth: parts.length - 1, isFolder: false })
  }
  return rows
}

function byPlace(a: string, b: string): number {
  const [x, y] = [a.split('/'), b.split('/')]
  for (let at = 0; at < Math.max(x.length, y.length); at += 1) {
    if (x[at] === y[at]) continue
    const folders = Number(at < y.length - 1) - Number(at < x.length - 1)
    return folders || (x[at] ?? '').localeCompare(y[at] ?? '')
  }
  return 0
}

export interface FileDifference {
  path: string
  state: 'new' | 'gone' | 'changed'
  added: number
  removed: number
}

/** What is different between two sets of files, in lines that only one of them has. */
export function differenceOf(before: Record<string, string>, after: Record<string, string>): FileDifference[] {
  const out: FileDifference[] = []
  for (const path of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const [was, is] = [before[path], after[path]]
    if (was === is) continue
    const [added, removed] = [linesOnlyIn(is ?? '', was ?? ''), linesOnlyIn(was ?? '', is ?? '')]
    out.push({ path, state: was === undefined ? 'new' : is === undefined ? 'gone' : 'changed', added, removed })
  }
  return out
}

function linesOnlyIn(text: string, other: string): number {
  const left = new Map<string, number>()
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  let count = 0
  for (const line of text ? text.split('\n') : []) {
    const had = left.get(line) ?? 0
    if (had) left.set(line, had - 1)
    else count += 1
  }
  return count
}

export interface Fault {
  path: string
  line: number
  message: string
}

/** `nlu.yml:12` as the hub names the place; without a line it is the whole file. */
export function faultsOf(errors: readonly { field: string; message: string }[]): Fault[] {
  return errors.map(({ field, message }) => {
    const found = /^(.*?):(\d+)/.exec(field)
    return { path: found ? found[1]! : field, line: found ? Number(found[2]) : 0, message }
  })
}

export type PathFault = 'empty' | 'form' | 'kind' | 'taken'

export function pathFault(path: string, taken: readonly string[]): PathFault | null {
  if (!path) return 'empty'
  if (path.startsWith('/') || path.endsWith('/') || path.includes('\\') || path.split('/').some((part) => !part || part === '.' || part === '..')) return 'form'
  if (!/\.ya?ml$/i.test(path)) return 'kind'
  return taken.includes(path) ? 'taken' : null
}
