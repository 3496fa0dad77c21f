// Files that a person picks, as the hub takes them: base64 in JSON.
import type { Enclosed } from './types'

const MOST_BYTES = 8 * 1024 * 1024

/** Return a file ready to be sent; null when it is too large. */
export async function enclose(file: File): Promise<Enclosed | null> {
  if (file.size > MOST_BYTES) return null
  const url = await new Promise<string>((done, fail) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result))
    reader.onerror = () => fail(reader.error ?? new Error('unreadable'))
    reader.readAsDataURL(file)
  })
  const mime = /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,60}$/.test(file.type) ? file.type : 'application/octet-stream'
  return { name: file.name, mime, data: url.slice(url.indexOf(',') + 1) }
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
