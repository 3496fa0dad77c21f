// How controls of the studio look; the ring tells a fault.
import { tone } from '@/model/text'

export const INPUT = 'h-9 w-full rounded-md bg-surface px-2.5 text-base ring-1 ring-inset'
export const SELECT = `${INPUT} ring-line-strong`
export const AREA = 'w-full rounded-md bg-surface px-2.5 py-2 text-base ring-1 ring-inset'
export const CARD = 'rounded-xl bg-surface p-4 ring-1 ring-line'
/** An icon that acts on its row. */
export const ICON = 'inline-flex size-7 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink disabled:opacity-40 max-md:size-10'
const TONES = ['bg-[var(--tone-0-soft)] text-[var(--tone-0)]', 'bg-[var(--tone-1-soft)] text-[var(--tone-1)]', 'bg-[var(--tone-2-soft)] text-[var(--tone-2)]', 'bg-[var(--tone-3-soft)] text-[var(--tone-3)]', 'bg-[var(--tone-4-soft)] text-[var(--tone-4)]'] as const

/** Each entity keeps its tone, whatever sentence it is in. */
export const entityLook = (entity: string): string => TONES[tone(entity, TONES.length)]!
