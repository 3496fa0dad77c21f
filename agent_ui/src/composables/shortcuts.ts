// Listens for keys on the whole page and runs commands. Which key means what is model/shortcuts.
import { useEventListener } from '@vueuse/core'
import { neighbour } from '@/model/filters'
import { commandOf, type Command } from '@/model/shortcuts'
import { useSessions } from '@/stores/sessions'
import { useUi } from '@/stores/ui'
import { useActions } from './actions'
import { useNow } from './now'

function inTextField(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return !!element && (element.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(element.tagName))
}

export function useCommands() {
  const sessions = useSessions()
  const ui = useUi()
  const actions = useActions()
  const now = useNow()

  function step(direction: 1 | -1): void {
    const ids = sessions.shown.map((session) => session.id)
    const id = neighbour(ids, sessions.selectedId, direction)
    if (id) actions.open(id)
  }

  /** Run a command; false when it makes no sense now. */
  function run(command: Command): boolean {
    const session = sessions.selected
    switch (command) {
      case 'next':
        step(1)
        return true
      case 'previous':
        step(-1)
        return true
      case 'accept': {
        const offer = sessions.offers(now.value)[0]
        if (offer) void actions.accept(offer)
        return !!offer
      }
      case 'close':
        if (session && actions.may.close(session)) void actions.close(session)
        return !!session
      case 'note':
      case 'reply':
        if (session) ui.write(command)
        return !!session
      case 'transfer':
        if (session && actions.may.transfer(session)) ui.overlay = 'transfer'
        return !!session
      case 'knowledge':
        if (session && actions.may.reply(session)) ui.knowledgeOpen = !ui.knowledgeOpen
        return !!session
      case 'palette':
        ui.overlay = ui.overlay === 'palette' ? null : 'palette'
        return true
      case 'panel':
        ui.panelOpen = !ui.panelOpen
        return true
      case 'sheet':
        ui.overlay = 'sheet'
        return true
    }
  }

  return { run }
}

export function useShortcuts(): void {
  const ui = useUi()
  const { run } = useCommands()
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    const command = commandOf({
      code: event.code,
      key: event.key,
      altKey: event.altKey,
      ctrlKey: event.ctrlKey,
      metaKey: event.metaKey,
      shiftKey: event.shiftKey,
      isComposing: event.isComposing,
      typing: inTextField(event.target),
    })
    if (!command || (ui.overlay && command !== 'palette')) return
    if (run(command)) event.preventDefault()
  })
}
