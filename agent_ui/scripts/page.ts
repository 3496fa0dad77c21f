// Builds a page of its own beside the console (simulator, help): the configuration that they share. It writes beside the
// console's output and must never empty that folder.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin, type UserConfig } from 'vite'

// The hub serves the page under a name of its own, so it leaves the build at that place.
function placePage(name: string): Plugin {
  return {
    name: 'huike-place-page',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.fileName === `${name}/index.html`) output.fileName = `${name}.html`
      }
    },
  }
}

/** The build of the page in the folder `name`; it becomes `name.html`. */
export function pageConfig(name: string): UserConfig {
  return defineConfig({
    root: fileURLToPath(new URL('..', import.meta.url)),
    base: '/',
    publicDir: false,
    plugins: [vue(), placePage(name)],
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
    build: {
      outDir: process.env.HUIKE_DIST ?? 'dist',
      emptyOutDir: false,
      // Read by scripts/budget.mjs.
      manifest: `.vite/${name}.json`,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
      rollupOptions: {
        input: fileURLToPath(new URL(`../${name}/index.html`, import.meta.url)),
        output: {
          entryFileNames: `assets/${name}-[hash].js`,
          chunkFileNames: `assets/${name}-[hash].js`,
          assetFileNames: `assets/${name}-[hash][extname]`,
        },
      },
    },
  })
}
