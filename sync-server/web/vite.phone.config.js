// The phone's pages are built by themselves: their addresses are relative, since they are
// served below a phone's address or out of an app, and nothing of the office comes along.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [svelte()],
  build: {
    outDir: 'dist/phone',
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: { input: 'phone.html' },
  },
});
