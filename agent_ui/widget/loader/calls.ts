// Calls that the host page made before this script had loaded, in either of the two usual forms:
// an array of ["method", …arguments], or a stub object that gathered the same in its `q`.

export type Call = [method: string, ...args: unknown[]]

/** Return the waiting calls in the order they were made; anything that is not a call is left out. */
export function waitingCalls(stub: unknown): Call[] {
  const queue = Array.isArray(stub) ? stub : (stub as { q?: unknown } | null | undefined)?.q
  if (!Array.isArray(queue)) return []
  return queue.map((item) => Array.from(item as ArrayLike<unknown>)).filter(isCall)
}

export function isCall(item: unknown[]): item is Call {
  return typeof item[0] === 'string'
}
