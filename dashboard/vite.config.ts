import { join } from 'node:path';
import { defineConfig } from 'vite';
import { flags } from './flags.ts';

/** The server that `npm run dev:dashboard` sends requests to. */
const SERVER = process.env.HIT_SERVER ?? 'http://127.0.0.1:5000';

/** What the first view never needs, although several files that are loaded later share it. */
const LATER =
  /\/dashboard\/(?:filters|settings|sites|visits|api\/(?:alerts|change)|text\/(?:csv|resource-name|snippet)|page\/(?:active-alerts|alert|alert-name|answered|file-name|filter-name|modal|save|search-field|series-dialog)\.)/;

export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  plugins: [flags()],
  build: {
    outDir: join(import.meta.dirname, '../dist/dashboard'),
    emptyOutDir: true,
    // Of the packages that are part of the scripts.
    license: { fileName: 'assets/licenses.md' },
    target: 'es2023',
    // Each file is a separate request that can be cached forever; nothing is inlined, since the policy forbids it.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // Files that are loaded later share only small ones: to preload these takes more code than it saves time.
      resolveDependencies: (_, files, { hostType }) => (hostType === 'html' ? files : []),
    },
    rolldownOptions: {
      // What several files share is one file: each is a request.
      output: {
        codeSplitting: { groups: [{ name: 'shared', minShareCount: 2, test: (id) => !LATER.test(id) }] },
      },
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: {
      // The build adds the flags, so this server has none.
      '^/(api|script.js|hit|dashboard/assets/flag-)': {
        target: SERVER,
        ...(process.env.HIT_ADMIN_TOKEN && {
          headers: { authorization: `Bearer ${process.env.HIT_ADMIN_TOKEN}` },
        }),
      },
    },
  },
});
