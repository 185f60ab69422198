import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Where `npm run dev:dashboard` finds a server to ask. */
const SERVER = process.env.HIT_SERVER ?? 'http://127.0.0.1:5000';

export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  build: {
    outDir: join(import.meta.dirname, '../dist/dashboard'),
    emptyOutDir: true,
    target: 'es2023',
    // Each file is a request of its own that may be kept for ever; nothing is inlined, which the policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: {
      '^/(api|script.js|hit)': {
        target: SERVER,
        ...(process.env.HIT_ADMIN_TOKEN && {
          headers: { authorization: `Bearer ${process.env.HIT_ADMIN_TOKEN}` },
        }),
      },
    },
  },
});
