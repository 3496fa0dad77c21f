// Builds the loader alone: one classic script without imports, because host pages embed it with a plain script tag.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  publicDir: false,
  build: {
    outDir: process.env.HUIKE_DIST ?? 'dist',
    emptyOutDir: false,
    target: 'es2020',
    lib: {
      entry: fileURLToPath(new URL('./loader/index.ts', import.meta.url)),
      formats: ['iife'],
      name: 'huikeLoader',
      fileName: () => 'widget.js',
    },
  },
})
