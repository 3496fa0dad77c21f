// Turns the texts of a language file into the message functions that vue-i18n calls. Pure. Only two things are known:
// `{name}` and ` | ` between singular and plural; with so little, the library's own compiler need not be shipped.

export interface MessageContext {
  named(key: string): unknown
  plural(cases: string[]): string
}

export type Message = (context: MessageContext) => string
export type Source = { [key: string]: string | Source }
export type Compiled = { [key: string]: Message | Compiled }

function fill(text: string, context: MessageContext): string {
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => String(context.named(name) ?? ''))
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
