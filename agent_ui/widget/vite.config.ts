// Builds the two pages of the widget: the chat that runs inside the iframe and the demo shop that carries it.
// It writes beside the console's output and must never empty that folder.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

// The hub serves these two documents under names of its own, so they leave the build at those places.
const pageNames: Record<string, string> = {
  'widget/app/frame.html': 'widget/frame.html',
  'widget/demo/demo.html': 'demo.html',
}

function placePages(): Plugin {
  return {
    name: 'huike-place-pages',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        const place = pageNames[output.fileName]
        if (place) output.fileName = place
      }
    },
  }
}

// All script of the chat, gzipped: what a visitor on a slow phone has to wait for.
const BUDGET_BYTES = 45_000

function keepBudget(): Plugin {
  return {
    name: 'huike-budget',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).filter((output) => output.type === 'chunk' && output.name !== 'demo')
      const bytes = scripts.reduce((sum, output) => sum + gzipSync((output as { code: string }).code, { level: 9 }).length, 0)
      if (bytes > BUDGET_BYTES) this.error(`the widget has ${bytes} bytes of script (gzip), more than ${BUDGET_BYTES}`)
    },
  }
}

export default defineConfig({
  root,
  base: '/',
  publicDir: false,
  plugins: [vue(), placePages(), keepBudget()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        widget: fileURLToPath(new URL('./app/frame.html', import.meta.url)),
        demo: fileURLToPath(new URL('./demo/demo.html', import.meta.url)),
      },
      output: {
        entryFileNames: 'assets/frame-[name]-[hash].js',
        chunkFileNames: 'assets/frame-[name]-[hash].js',
        assetFileNames: 'assets/frame-[name]-[hash][extname]',
      },
    },
  },
})
