// Lays a gzip copy beside every script and style, which the hub sends to whoever accepts it. Without these copies the
// budgets would be promises only: the hub itself compresses nothing while it serves.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = resolve(fileURLToPath(new URL('..', import.meta.url)), process.env.HUIKE_DIST ?? 'dist')

for (const name of ['widget.js', ...readdirSync(join(dist, 'assets')).map((file) => join('assets', file))]) {
  if (!/\.(js|css|svg)$/.test(name)) continue
  const content = readFileSync(join(dist, name))
  const packed = gzipSync(content, { level: 9 })
  if (packed.length < content.length) writeFileSync(join(dist, `${name}.gz`), packed)
}
