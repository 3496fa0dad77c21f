import { describe, expect, it } from 'vitest'
import { inlineOf, parseMarkdown, type Block } from '@/model/markdown'

const kinds = (source: string) => parseMarkdown(source).map((block) => block.type)
const words = (blocks: readonly Block[]): string => blocks.map((block) => ('inline' in block ? block.inline.map((piece) => piece.text).join('') : '')).join('|')

describe('guides', () => {
  it('know headings, paragraphs, lists, code, quotes and tables', () => {
    expect(kinds('# A\n\ntext\nmore\n\n- one\n- two\n\n```\ncode\n```\n> said\n\n| a | b |\n|---|---|\n| 1 | 2 |')).toEqual(['heading', 'paragraph', 'list', 'code', 'quote', 'table'])
  })

  it('join the lines of a paragraph as each script does', () => {
    expect(words(parseMarkdown('one\ntwo'))).toBe('one two')
    expect(words(parseMarkdown('第一行，\n第二行'))).toBe('第一行，第二行')
  })

  it('keep what belongs to a step inside it', () => {
    const [list] = parseMarkdown('1. Open the page,\n   then go on.\n   ```\n   run\n   ```\n2. Next\n   - inner')
    expect(list).toMatchObject({ type: 'list', ordered: true, start: 1 })
    const items = (list as Extract<Block, { type: 'list' }>).items
    expect(items.map((item) => item.inline.map((piece) => piece.text).join(''))).toEqual(['Open the page, then go on.', 'Next'])
    expect(items[0]!.blocks).toEqual([{ type: 'code', text: 'run' }])
    expect(items[1]!.blocks[0]).toMatchObject({ type: 'list', ordered: false })
  })

  it('number on where a list was interrupted, and end unfinished code at the end', () => {
    expect(parseMarkdown('3. three')[0]).toMatchObject({ start: 3 })
    expect(parseMarkdown('```\nopen')).toEqual([{ type: 'code', text: 'open' }])
  })

  it('make links of harmless addresses only, and never anything of HTML', () => {
    expect(inlineOf('see [here](https://a.cn/x) or [there](javascript:alert(1)) <https://b.cn>').filter((piece) => piece.type === 'link').map((piece) => piece.text)).toEqual(['here', 'https://b.cn'])
    expect(parseMarkdown('<script>alert(1)</script>')).toEqual([{ type: 'paragraph', inline: [{ type: 'text', text: '<script>alert(1)</script>' }] }])
  })

  it('mark code and what is stressed, and leave stars in numbers alone', () => {
    expect(inlineOf('a `whsec_*x*` **b** *c* 2*3*4').map((piece) => [piece.type, piece.text])).toEqual([
      ['text', 'a '], ['code', 'whsec_*x*'], ['text', ' '], ['strong', 'b'], ['text', ' '], ['strong', 'c'], ['text', ' 2*3*4'],
    ])
  })

  it('end for any text', () => {
    for (const source of ['', '\n\n', '- ', '1.', '|', '| a |\n|', '>', '#', '```', '  - a\n- b', '* * *', '- a\n\n\n- b\n  c\nd']) expect(() => parseMarkdown(source)).not.toThrow()
  })
})
