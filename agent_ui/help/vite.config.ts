// Builds the public help page. It writes beside the console's output and must never empty that folder.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

// The hub serves the page under a name of its own, so it leaves the build at that place.
function placePage(): Plugin {
  return {
    name: 'huike-place-page',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.fileName === 'help/index.html') output.fileName = 'help.html'
      }
    },
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  base: '/',
  publicDir: false,
  plugins: [vue(), placePage()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: process.env.HUIKE_DIST ?? 'dist',
    emptyOutDir: false,
    // Read by scripts/budget.mjs.
    manifest: '.vite/help.json',
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: fileURLToPath(new URL('./index.html', import.meta.url)),
      output: {
        entryFileNames: 'assets/help-[hash].js',
        chunkFileNames: 'assets/help-[hash].js',
        assetFileNames: 'assets/help-[hash][extname]',
      },
    },
  },
})
