// Builds the two pages of the widget: the chat that runs inside the iframe and the demo shop that carries it.
// It writes beside the console's output and must never empty that folder.
import { fileURLToPath } from 'node:url'
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

// Before every `import()` Vite puts a helper of almost 2 kB that fetches styles and neighbours of the part. Ours has
// neither: later.css travels inside its script, and the one neighbour is already there.
const helper = 'export const __vitePreload = (load) => load()'

function leanImports(): Plugin {
  return { name: 'huike-lean-imports', enforce: 'pre', load: (id) => (id === '\0vite/preload-helper.js' ? helper : null) }
}

export default defineConfig({
  root,
  base: '/',
  publicDir: false,
  plugins: [vue(), placePages(), leanImports()],
  json: { namedExports: false },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: process.env.HUIKE_DIST ?? 'dist',
    emptyOutDir: false,
    // Read by scripts/budget.mjs; the console has its own.
    manifest: '.vite/widget.json',
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
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
