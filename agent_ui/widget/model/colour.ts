// Makes readable colours from the one that a shop chose. Pure; contrast as in WCAG 2.2, 1.4.3 and 1.4.11.

export const DEFAULT_COLOUR = '#0f6b62'

// The surface, the least favourable ground beside it, and where a colour must go to be read: as in tokens.css.
const LIGHT = ['#ffffff', '#f4f6f5', '#000000']
const DARK = ['#1b2126', '#2a333a', '#ffffff']

type Rgb = [number, number, number]

export interface Accent {
  /** The shop's colour as it is. */
  fill: string
  /** Text on that colour, at least 4.5:1. */
  onFill: string
  /** A breath of it, for quiet grounds. */
  soft: string
  /** The same hue, dark or light enough to be text on every ground of ours. */
  ink: string
}

/** Derive the accent for light or dark grounds; anything that is not #rgb or #rrggbb means our own colour. */
export function accentFor(chosen: string | undefined, dark: boolean): Accent {
  const rgb = parsed(chosen ?? '') ?? (parsed(DEFAULT_COLOUR) as Rgb)
  const onFill = contrast(rgb, [255, 255, 255]) >= 4.5 ? '#ffffff' : '#000000'
  const [surface, bubble, towards] = (dark ? DARK : LIGHT).map((colour) => parsed(colour) as Rgb) as [Rgb, Rgb, Rgb]
  const soft = mixed(surface, rgb, dark ? 0.22 : 0.09)
  let ink = rgb
  const faint = (): boolean => [surface, bubble, soft].some((ground) => contrast(ink, ground) < 4.6)
  for (let step = 0; step < 30 && faint(); step += 1) ink = mixed(ink, towards, 0.1)
  return { fill: written(rgb), onFill, soft: written(soft), ink: written(ink) }
}

export function contrastOf(a: string, b: string): number {
  return contrast(parsed(a) ?? [0, 0, 0], parsed(b) ?? [0, 0, 0])
}

function parsed(colour: string): Rgb | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  const parts = short?.slice(1).map((part) => part + part) ?? long?.slice(1)
  return parts ? (parts.map((part) => Number.parseInt(part, 16)) as Rgb) : null
}

function written(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((part, index) => part + ((b[index] ?? 0) - part) * share) as Rgb
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
