// Fails the build when a part of the front end has grown beyond its budget (gzip, in kB of 1000 bytes).
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const BUDGETS = { console: 150, widget: 45, loader: 5, lazy: 220 }
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist')
const gzip = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'))
const failures = []

function report(name, bytes, budget) {
  const kb = bytes / 1000
  console.log(`${kb <= budget ? 'ok  ' : 'OVER'} ${name}: ${kb.toFixed(1)} kB of ${budget} kB`)
  if (kb > budget) failures.push(name)
}

/** Files that the browser must fetch before a manifest entry can run. */
function filesOf(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) filesOf(next, seen, files)
  return files
}

const first = new Set(['index.html'])
for (const key of ['index.html', 'src/views/ConsoleView.vue']) for (const file of filesOf(key)) first.add(file)
const locales = Object.keys(manifest).filter((key) => key.startsWith('src/locales/'))
const locale = Math.max(...locales.map((key) => gzip(manifest[key].file)))
report('console, first load with one language', [...first].reduce((sum, file) => sum + gzip(file), locale), BUDGETS.console)

for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || key === 'src/views/ConsoleView.vue' || locales.includes(key)) continue
  const own = [...filesOf(key)].filter((file) => !first.has(file))
  report(`lazy ${key}`, own.reduce((sum, file) => sum + gzip(file), 0), BUDGETS.lazy)
}

if (existsSync(join(dist, 'widget.js'))) report('widget loader', gzip('widget.js'), BUDGETS.loader)
else failures.push('widget.js is missing')

const frame = 'widget/frame.html'
if (existsSync(join(dist, frame))) {
  // The script is what costs a visitor time to run, so the limit is on it; page and styles are told beside it.
  const named = [...readFileSync(join(dist, frame), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)]
  const files = [...new Set(named.map((match) => match[1]))]
  const weight = (chosen) => chosen.reduce((sum, file) => sum + gzip(file), 0)
  const scripts = files.filter((file) => file.endsWith('.js'))
  const rest = weight([frame, ...files.filter((file) => file.endsWith('.css'))])
  report(`widget app, script (page and styles ${(rest / 1000).toFixed(1)} kB more)`, weight(scripts), BUDGETS.widget)
} else failures.push('widget/frame.html is missing')

if (failures.length) {
  console.error(`over budget or missing: ${failures.join(', ')}`)
  process.exit(1)
}
