// Fails the build when a part of the front end has grown beyond its budget (gzip, in kB of 1000 bytes). A first load is
// everything the browser must have before a part can be used: the page, its scripts and styles, and one language.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const BUDGETS = { console: 150, lazy: 220, loader: 5, widget: 45, widgetLater: 15, simulator: 45, help: 45 }
const dist = resolve(fileURLToPath(new URL('..', import.meta.url)), process.env.HUIKE_DIST ?? 'dist')
const failures = []

const read = (file) => readFileSync(join(dist, file), 'utf8')
const gzip = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
const weight = (files) => [...files].reduce((sum, file) => sum + gzip(file), 0)

function report(name, bytes, budget) {
  const kb = bytes / 1000
  console.log(`${kb <= budget ? 'ok  ' : 'OVER'} ${name}: ${kb.toFixed(1)} kB of ${budget} kB`)
  if (!(kb <= budget)) failures.push(name)
}

/** Files that the browser must fetch before a manifest entry can run. */
function filesOf(manifest, key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  if (!chunk) throw new Error(`the manifest has no ${key}`)
  if (!chunk.file.endsWith('.html')) files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) filesOf(manifest, next, seen, files)
  return files
}

/** A document, all that it names, and all that those scripts import before they run. */
function firstLoad(manifest, page, ...keys) {
  const files = new Set([page])
  for (const [, file] of read(page).matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)) {
    const key = Object.keys(manifest).find((candidate) => manifest[candidate].file === file)
    for (const needed of key ? filesOf(manifest, key) : [file]) files.add(needed)
  }
  if (![...files].some((file) => file.endsWith('.js'))) throw new Error(`${page} names no script`)
  for (const key of keys) for (const file of filesOf(manifest, key)) files.add(file)
  return files
}

/** The entries of the languages, of which one is always fetched at once; the heaviest counts. */
function languages(manifest, folder) {
  // Folders inside hold words of what comes later.
  const keys = Object.keys(manifest).filter((key) => key.startsWith(folder) && !key.slice(folder.length).includes('/'))
  if (keys.length < 2) throw new Error(`there are not two languages in ${folder}`)
  return { keys, heaviest: Math.max(...keys.map((key) => gzip(manifest[key].file))) }
}

function checkConsole() {
  const manifest = JSON.parse(read('.vite/manifest.json'))
  const view = 'src/views/ConsoleView.vue'
  const first = firstLoad(manifest, 'index.html', view)
  const { keys, heaviest } = languages(manifest, 'src/locales/')
  report('console, first load with one language', weight(first) + heaviest, BUDGETS.console)
  for (const [key, chunk] of Object.entries(manifest)) {
    if (!chunk.isDynamicEntry || key === view || keys.includes(key)) continue
    report(`lazy ${key}`, weight([...filesOf(manifest, key)].filter((file) => !first.has(file))), BUDGETS.lazy)
  }
}

function checkWidget() {
  if (!existsSync(join(dist, 'widget.js'))) throw new Error('widget.js is missing')
  report('widget loader', gzip('widget.js'), BUDGETS.loader)
  const manifest = JSON.parse(read('.vite/widget.json'))
  const first = firstLoad(manifest, 'widget/frame.html')
  const { keys, heaviest } = languages(manifest, 'widget/locales/')
  report('widget chat, first load with one language', weight(first) + heaviest, BUDGETS.widget)
  const later = new Set()
  for (const [key, chunk] of Object.entries(manifest)) {
    if (!chunk.isDynamicEntry || keys.includes(key)) continue
    for (const file of filesOf(manifest, key)) if (!first.has(file)) later.add(file)
  }
  report('widget chat, what comes later', weight(later), BUDGETS.widgetLater)
}

function checkSimulator() {
  const manifest = JSON.parse(read('.vite/simulator.json'))
  report('simulator', weight(firstLoad(manifest, 'simulator.html')), BUDGETS.simulator)
}

function checkHelp() {
  const manifest = JSON.parse(read('.vite/help.json'))
  report('help page', weight(firstLoad(manifest, 'help.html')), BUDGETS.help)
}

for (const check of [checkConsole, checkWidget, checkSimulator, checkHelp]) {
  try {
    check()
  } catch (error) {
    failures.push(error.message)
  }
}
if (failures.length) {
  console.error(`over budget or missing: ${failures.join(', ')}`)
  process.exit(1)
}
