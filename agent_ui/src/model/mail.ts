// How a mail is shown: its text with the quoted part folded, and its HTML as a document for a frame that can do nothing.
// Pure. The hub has cleaned the HTML; the frame's own policy holds even if something was left in it.
import type { Attachment, MailPerson } from '@/api/types'

export interface Stretch {
  quoted: boolean
  text: string
}

/**
 * Cut the whole text into what was written and what was quoted. The hub has found `written`; where it is the beginning,
 * the rest is what is folded. An answer between the lines of a quote is told apart by the marks of the quote.
 */
export function foldQuotes(full: string, written: string): Stretch[] {
  const lines = full.replace(/\r\n?/g, '\n').trim().split('\n')
  const own = written.replace(/\r\n?/g, '\n').trim().split('\n')
  const isBeginning = written.trim() !== '' && own.every((line, i) => line.trim() === lines[i]?.trim())
  const out: Stretch[] = []
  lines.forEach((line, i) => {
    const quoted = isBeginning ? i >= own.length : /^\s*>/.test(line) || introduces(lines, i)
    const last = out.at(-1)
    if (last && (last.quoted === quoted || !line.trim())) last.text += `\n${line}`
    else out.push({ quoted, text: line })
  })
  return out.map((part) => ({ ...part, text: part.text.replace(/^\n+|\s+$/g, '') })).filter((part) => part.text)
}

/** "On … X wrote:" in any language: the last line before a quote, ending in a colon. */
function introduces(lines: readonly string[], i: number): boolean {
  return /[:：]\s*$/.test(lines[i]!) && /^\s*>/.test(lines.slice(i + 1).find((line) => line.trim()) ?? '')
}

export function personText(person: MailPerson): string {
  return person.name && person.name !== person.address ? `${person.name} <${person.address}>` : person.address
}

export function peopleText(people: readonly MailPerson[] | undefined): string {
  return (people ?? []).map(personText).join(', ')
}

// Pictures on other machines are kept out of `src`, so that opening a mail tells its sender nothing. The hub writes every
// attribute in double quotes, so a tag ends at the first `>` outside of them.
const REMOTE = /<img(?=\s)(?:\s[^\s=">]+="[^"]*")*?\sdata-remote-src="[^"]*"(?:\s[^\s=">]+="[^"]*")*\s*\/?>/gi

export function remotePictures(html: string): number {
  return [...html.matchAll(REMOTE)].length
}

const STYLE = `:root{color-scheme:only light;background:#fff;color:#14202a}
body{margin:0;padding:14px 16px;font:14px/1.55 "Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}
blockquote{margin:.5em 0 .5em 2px;padding-left:10px;border-left:3px solid #dfe4e8;color:#44515d}a{color:#0a625d}`

/** The document of the frame: no scripts, no forms, nothing fetched but our own files and, when asked for, pictures. */
export function frameDocument(html: string, origin: string, withPictures: boolean, files: readonly Attachment[] = []): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src ${origin} data:${withPictures ? ' https: http:' : ''}; form-action 'none'; base-uri 'none'`
  const own = ownPictures(html, origin, files)
  const body = withPictures ? own.replace(REMOTE, (tag) => tag.replace(/\sdata-remote-src=/i, ' src=')) : own
  return (
    `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta name="referrer" content="no-referrer"><base target="_blank"><style>${STYLE}</style></head><body>${body}</body></html>`
  )
}

/** Pictures that came with the mail are named `cid:NAME`; they are among its files. */
function ownPictures(html: string, origin: string, files: readonly Attachment[]): string {
  const urls = new Map(files.filter((file) => file.content_id && file.url.startsWith('/')).map((file) => [file.content_id, origin + file.url.replace(/"/g, '%22')]))
  return html.replace(/\ssrc="cid:([^"]+)"/gi, (_whole, name: string) => {
    const url = urls.get(name.replace(/&amp;/g, '&')) ?? urls.get(decoded(name))
    // A picture that is not there keeps its words; the name of it leads nowhere.
    return url ? ` src="${url.replace(/&/g, '&amp;')}"` : ''
  })
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

const LINE_PX = 22
const LEAST_PX = 120
const MOST_PX = 420

/** How high the frame is at first: its inside cannot be measured, because it shares nothing with us. */
export function frameHeight(text: string, html: string): number {
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 70)), 0)
  const pictures = [...html.matchAll(/<img\b[^>]*?\sheight="(\d+)"/gi)].reduce((sum, match) => sum + Number(match[1]), 0)
  return Math.min(MOST_PX, Math.max(LEAST_PX, lines * LINE_PX + pictures + 56))
}

/** Files of a mail as they are listed: what stands inside the text is left out where the HTML shows it. */
export function mailFiles(attachments: readonly Attachment[], html: string, asHtml: boolean): Attachment[] {
  return attachments.filter(
    (file) => !(asHtml && file.inline && (html.includes(file.id) || (!!file.content_id && html.includes(file.content_id)))),
  )
}
