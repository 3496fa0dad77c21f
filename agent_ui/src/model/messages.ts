// Turns the texts of a language file into the message functions that vue-i18n calls. Pure. Only two things are known:
// `{name}` and ` | ` between singular and plural; with so little, the library's own compiler need not be shipped.

export interface MessageContext {
  named(key: string): unknown
  plural(cases: string[]): string
}

export type Message = (context: MessageContext) => string
export type Source = { [key: string]: string | Source }
export type Compiled = { [key: string]: Message | Compiled }

const HAN = /\p{Script=Han}/u
const WORD = /[\p{Script=Latin}\p{N}]/u

// Chinese has no spaces, but a Latin name beside it needs one; only the value tells which it is.
function gap(left = '', right = ''): string {
  return (HAN.test(left) && WORD.test(right)) || (WORD.test(left) && HAN.test(right)) ? ' ' : ''
}

function fill(text: string, context: MessageContext): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string, at: number) => {
    const value = String(context.named(name) ?? '')
    return gap(text[at - 1], value[0]) + value + gap(value.at(-1), text[at + whole.length])
  })
}

export function compileMessage(source: string): Message {
  const cases = source.split(' | ')
  if (cases.length > 1) return (context) => fill(context.plural(cases), context)
  return source.includes('{') ? (context) => fill(source, context) : () => source
}

export function compileMessages(source: Source): Compiled {
  return Object.fromEntries(
    Object.entries(source).map(([key, value]) => [
      key,
      typeof value === 'string' ? compileMessage(value) : compileMessages(value),
    ]),
  )
}
