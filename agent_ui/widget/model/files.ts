// Which files a visitor may offer, and how sizes read. The hub checks again by content; this only spares a wasted wait.

export const MAX_BYTES = 20 * 1024 * 1024
export const MAX_FILES = 10

const types = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/|text\/(plain|csv)$|application\/(pdf|zip)$)/
const documents = /\.(pdf|docx?|xlsx?|pptx?|txt|csv|zip|wps|et|dps|heic)$/i

/** Only a filter; what comes in, also by dropping and pasting, is checked by `problemWith`. */
export const accept =
  'image/png,image/jpeg,image/gif,image/webp,audio/*,video/*,.heic,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.csv,.zip,.wps,.et,.dps'

export type FileProblem = 'empty' | 'size' | 'type'

export function problemWith(file: { name: string; type: string; size: number }): FileProblem | null {
  if (!types.test(file.type) && !documents.test(file.name)) return 'type'
  if (file.size === 0) return 'empty'
  return file.size > MAX_BYTES ? 'size' : null
}

export function isPicture(mime: string): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(mime)
}

/** A size as people say it: 812 B, 34 KB, 2.6 MB. */
export function readableSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
