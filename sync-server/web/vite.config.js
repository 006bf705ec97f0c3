import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

import { compressed } from './build/compressed.js';
import { sourcesHash } from './build/sources.js';

/** Where the server listens while pages are worked on: `npm run dev`. */
const server = process.env['HAMGAM_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), compressed(), sourcesHash()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': server, '/openapi.json': server }, fs: { allow: ['..', '../../ffi/messages'] } },
});
