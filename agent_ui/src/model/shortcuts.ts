// Which key means which command. Pure. Keys are told by their place (`event.code`), so that layouts and Alt characters
// do not matter, and nothing fires while an input method is composing.

export type Command =
  | 'next'
  | 'previous'
  | 'accept'
  | 'close'
  | 'note'
  | 'reply'
  | 'transfer'
  | 'knowledge'
  | 'palette'
  | 'panel'
  | 'sheet'

export interface Keystroke {
  code: string
  key: string
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  isComposing: boolean
  /** Focus is in a text field. */
  typing: boolean
}

export interface Shortcut {
  command: Command
  keys: string[]
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: 'next', keys: ['Alt', 'J'] },
  { command: 'previous', keys: ['Alt', 'K'] },
  { command: 'accept', keys: ['Alt', 'A'] },
  { command: 'reply', keys: ['Alt', 'L'] },
  { command: 'note', keys: ['Alt', 'P'] },
  { command: 'transfer', keys: ['Alt', 'T'] },
  { command: 'knowledge', keys: ['Alt', 'I'] },
  { command: 'close', keys: ['Alt', 'E'] },
  { command: 'panel', keys: ['Alt', 'O'] },
  { command: 'palette', keys: ['Ctrl', 'K'] },
  { command: 'sheet', keys: ['?'] },
]

const ALT: Record<string, Command> = {
  KeyJ: 'next',
  KeyK: 'previous',
  KeyA: 'accept',
  KeyE: 'close',
  KeyP: 'note',
  KeyL: 'reply',
  KeyT: 'transfer',
  KeyI: 'knowledge',
  KeyO: 'panel',
}

/** Some input methods end composition with a key that reports the code 229 or the key "Process". */
export function isComposing(stroke: { isComposing: boolean; key: string; keyCode?: number }): boolean {
  return stroke.isComposing || stroke.key === 'Process' || stroke.keyCode === 229
}

export function commandOf(stroke: Keystroke): Command | null {
  if (isComposing(stroke)) return null
  const mod = stroke.ctrlKey || stroke.metaKey
  if (mod && !stroke.altKey && !stroke.shiftKey && stroke.code === 'KeyK') return 'palette'
  if (stroke.altKey && !mod && !stroke.shiftKey) return ALT[stroke.code] ?? null
  if (!stroke.typing && !stroke.altKey && !mod && (stroke.key === '?' || stroke.key === '？')) return 'sheet'
  return null
}
