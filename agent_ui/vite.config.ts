// The console's build. The widget and its loader have their own configurations under widget/ and share only packages.
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// During development the hub runs beside Vite; this is where its API and sockets are found.
const hub = process.env.HUIKE_DEV_HUB ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Parts of Vue and vue-i18n that we do not use; leaving them out keeps the first load within its budget.
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    // Messages are made into functions by src/model/messages.ts.
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
  },
  build: {
    // The Python build names a folder of its own and puts it in the place of dist when everything is done.
    outDir: process.env.HUIKE_DIST ?? 'dist',
    emptyOutDir: true,
    // Read by scripts/budget.mjs to know what the first load consists of.
    manifest: true,
    target: 'es2022',
    // The hub's Content-Security-Policy forbids data: scripts and fonts; keep every asset a file.
    assetsInlineLimit: 0,
    // Later parts name what is to be fetched beside them: not what is there since the first load, nor the icons and
    // small modules that they ask for themselves. Their names alone would weigh on the first load.
    modulePreload: { polyfill: false, resolveDependencies: (_, needed, { hostType }) => (hostType === 'html' ? needed : needed.filter((name) => /\/([A-Z]|dialogs|routing|channels|planning|studio|teaching|index)[\w-]*\.(js|css)$/.test(name))) },
    rolldownOptions: {
      output: {
        // One file for what every page needs: fewer requests and better compression than a dozen small ones.
        // What only dialogs need stays with them.
        codeSplitting: {
          groups: [
            // What only dialogs and forms need, which nothing on the first screen is.
            { name: 'dialogs', priority: 1, minShareCount: 2, includeDependenciesRecursively: false, test: /node_modules.reka-ui.dist.Dialog|agent_ui.src.ui.(Dialog|Confirm|Field|TextField)\b/ },
            { name: 'vendor', test: /node_modules(?!.*(lucide.*icons|reka-ui.dist.(Dialog|Popover|Menu|DropdownMenu|RovingFocus|Collection)|socket\.io|engine\.io))/, minShareCount: 2 },
            // Left out is what only pages share that are not part of the first load.
            { name: 'shared', test: /agent_ui.src.(api|composables|model|stores).(?!(channels|knowledge|modelServer|settings|markdown|limits|mail|routing[A-Za-z]*|planning[A-Za-z]*|studio[A-Za-z]*|teaching[A-Za-z]*)\.ts)/, minShareCount: 2 },
            // The icons named are on the first screen and on later ones: alone, each would be a file of its own.
            { name: 'parts', test: /icons.(arrow-down|check-check|external-link|arrow-left|arrow-left-right|clock|ellipsis-vertical|inbox|lock|refresh-cw|search|search-x|triangle-alert|waypoints)\.mjs|agent_ui.src.(ui.(Avatar|Button|ChannelIcon|Empty|IconButton|Kbd|Pill|PresenceDot|Skeleton|Spinner|Tabs|Tip|index)\b|features.console.(LevelPill|StatePill|MessageText|ThemeMenu|LanguageMenu|Attachments)\b|i18n)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': hub,
      '/socket.io': { target: hub, ws: true },
      '/widget': hub,
      '/widget.js': hub,
      '/demo': hub,
      '/simulator': hub,
      '/help': hub,
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts', 'widget/**/*.test.ts'],
  },
})
