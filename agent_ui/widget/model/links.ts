// Finds web addresses in plain text. Pure; only http and https become links, everything else stays text.

export type Piece = { text: string; href?: string }

const address = /https?:\/\/[^\s<>"'“”‘’，。；！？、）】》]+/gi

export function linkPieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    // A full stop or bracket after an address belongs to the sentence.
    const found = match[0].replace(/[.,;:!?)\]}]+$/, '')
    if (!URL.canParse(found)) continue
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) })
    pieces.push({ text: found, href: found })
    from = match.index + found.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}

/** Return the address when it is one that may be opened from a message, else null. */
export function safeLink(url: string | null | undefined): string | null {
  return url && /^(https?:\/\/|\/(?!\/))/i.test(url) ? url : null
}
