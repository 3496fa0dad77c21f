// Files on their way into a message: checked, uploaded at once, removable until sent.
import { computed, onScopeDispose, reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { hub } from '@/api/hub'
import type { Attachment } from '@/api/types'
import { useUi } from '@/stores/ui'

export interface Upload {
  key: number
  name: string
  size: number
  /** Local preview of an image. */
  preview: string | null
  done: Attachment | null
}

const LARGEST = 20 * 1024 * 1024

export function useUploads() {
  const { t } = useI18n()
  const ui = useUi()
  const items = reactive<Upload[]>([])
  const busy = computed(() => items.some((item) => !item.done))
  let last = 0

  async function add(file: File): Promise<void> {
    const name = file.name || 'image.png'
    if (file.size > LARGEST) return ui.toast('bad', t('reply.tooLarge', { name }))
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
    const key = ++last
    items.push({ key, name, size: file.size, preview, done: null })
    try {
      const done = await hub.upload(file)
      const item = items.find((one) => one.key === key)
      if (item) item.done = done
    } catch {
      remove(key)
      ui.toast('bad', t('reply.uploadFailed', { name }))
    }
  }

  function addAll(files: Iterable<File> | null | undefined): void {
    for (const file of files ?? []) void add(file)
  }

  function remove(key: number): void {
    const at = items.findIndex((item) => item.key === key)
    if (at < 0) return
    const preview = items[at]!.preview
    if (preview) URL.revokeObjectURL(preview)
    items.splice(at, 1)
  }

  /** Hand over what is uploaded and start empty. */
  function take(): Attachment[] {
    const done = items.flatMap((item) => item.done ?? [])
    for (const item of [...items]) remove(item.key)
    return done
  }

  onScopeDispose(() => {
    for (const item of [...items]) remove(item.key)
  })

  return { items, busy, addAll, remove, take }
}
