// Files on their way: checked, uploaded with progress, waiting to be sent with the next message.
import { computed, ref } from 'vue'
import { isPicture, MAX_FILES, problemWith } from '../../model/files'
import type { Attachment } from '../../model/types'
import { base, Problem } from '../rest'

export interface Upload {
  key: number
  file: File
  state: 'uploading' | 'done' | 'failed'
  share: number
  /** A key of the locales. */
  problem: string
  /** Whether trying again could help. */
  again: boolean
  preview: string
  attachment: Attachment | null
  abort: AbortController
}

export type Uploads = ReturnType<typeof createUploads>

export function createUploads(token: () => string | null) {
  const items = ref<Upload[]>([])
  const notice = ref('')
  let count = 0

  function add(files: Iterable<File>): void {
    notice.value = ''
    for (const file of files) {
      if (items.value.length >= MAX_FILES) {
        notice.value = 'upload.count'
        return
      }
      const wrong = problemWith(file)
      const preview = !wrong && isPicture(file.type) ? URL.createObjectURL(file) : ''
      const state = wrong ? 'failed' : 'uploading'
      const problem = wrong ? `upload.${wrong}` : ''
      count += 1
      const abort = new AbortController()
      items.value.push({ key: count, file, state, share: 0, problem, again: false, preview, attachment: null, abort })
      if (!wrong) void run(count)
    }
  }

  function change(key: number, values: Partial<Upload>): void {
    items.value = items.value.map((item) => (item.key === key ? { ...item, ...values } : item))
  }

  async function run(key: number): Promise<void> {
    const item = items.value.find((other) => other.key === key)
    if (!item) return
    change(key, { state: 'uploading', share: 0, problem: '' })
    try {
      const bearer = token()
      if (!bearer) throw new Problem(0, '')
      const attachment = await upload(item.file, bearer, (share) => change(key, { share }), item.abort.signal)
      change(key, { state: 'done', share: 1, attachment })
    } catch (error) {
      const status = error instanceof Problem ? error.status : 0
      const problem = status === 413 ? 'upload.size' : status === 415 || status === 422 ? 'upload.type' : 'upload.failed'
      change(key, { state: 'failed', problem, again: problem === 'upload.failed' })
    }
  }

  function remove(key: number): void {
    const item = items.value.find((other) => other.key === key)
    item?.abort.abort()
    if (item?.preview) URL.revokeObjectURL(item.preview)
    items.value = items.value.filter((other) => other.key !== key)
    notice.value = ''
  }

  /** Hand over what is uploaded and keep what is not. */
  function take(): Attachment[] {
    const done = items.value.filter((item) => item.attachment)
    done.forEach((item) => remove(item.key))
    return done.map((item) => item.attachment as Attachment)
  }

  const busy = computed(() => items.value.some((item) => item.state === 'uploading'))
  const ready = computed(() => items.value.some((item) => item.state === 'done'))
  return { items, notice, busy, ready, add, run, remove, take }
}

/** Upload one file; `progress` hears 0–1. Aborting the signal ends it without an error worth showing. */
function upload(file: File, token: string, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const form = new FormData()
    form.append('file', file, file.name || 'image.png')
    request.open('POST', `${base}/attachments`)
    request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.responseType = 'json'
    // 20 MB on a slow phone line; beyond that the visitor is better served by trying again.
    request.timeout = 180_000
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onload = () => {
      if (request.status === 200 || request.status === 201) resolve(request.response as Attachment)
      else reject(new Problem(request.status, (request.response as { detail?: string } | null)?.detail ?? ''))
    }
    request.onerror = request.ontimeout = () => reject(new Problem(0, ''))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}
