// How controls of these forms look; the ring tells a fault.
export const INPUT = 'h-9 w-full rounded-md bg-surface px-2.5 text-base ring-1 ring-inset'
export const SELECT = `${INPUT} ring-line-strong`
export const CARD = 'rounded-xl bg-surface p-4 ring-1 ring-line'
/** The priorities that have a name. */
export const PRIORITIES = [0, 1, 5, 9]
