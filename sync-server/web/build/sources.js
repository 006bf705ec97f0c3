// Writes down from which sources a build was made, so that a test can tell a stale
// one without Node: `dist/sources.sha256`. The server's test `web` counts the same.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** What the build is made of, from the folder of the pages. */
const SOURCES = [
  '../../ffi/messages',
  'build',
  'fonts',
  'index.html',
  'messages',
  'package-lock.json',
  'package.json',
  'phone.html',
  'src',
  'svelte.config.js',
  'tsconfig.json',
  'vite.config.js',
  'vite.phone.config.js',
];
/** Made from the description of the API, and gone before the pages run. */
const NOT_BUILT = ['src/lib/api/schema.d.ts'];

/** SHA-256 over each file's path and own hash, in the order of the paths. */
export function hashOfSources(root) {
  const whole = createHash('sha256');
  for (const file of filesOf(root)) {
    const own = createHash('sha256').update(readFileSync(join(root, file))).digest('hex');
    whole.update(`${own}  ${file}\n`);
  }
  return whole.digest('hex');
}

function filesOf(root) {
  const files = SOURCES.flatMap((source) => below(root, join(root, source)));
  return files.filter((file) => !NOT_BUILT.includes(file)).sort();
}

function below(root, path) {
  if (statSync(path).isFile()) return [relative(root, path).split(sep).join('/')];
  return readdirSync(path).flatMap((name) => below(root, join(path, name)));
}

export function sourcesHash() {
  let config;
  return {
    name: 'sources-hash',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle() {
      const folder = resolve(config.root, config.build.outDir);
      writeFileSync(join(folder, 'sources.sha256'), `${hashOfSources(config.root)}\n`);
    },
  };
}
