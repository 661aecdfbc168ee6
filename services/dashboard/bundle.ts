// Bundles the dashboard's sources into the files that a browser loads: the worker that runs the engine, the page and its chunks, each named
// by its content hash, and the document that refers to them.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build, type Plugin, stop } from 'esbuild';

export interface Built {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const ASSETS = '/assets';

export async function bundle(root: string): Promise<Built[]> {
  const web = path.join(root, 'services/dashboard/web');
  const shared = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: ['chrome114', 'firefox120', 'safari17'],
    minify: true,
    write: false,
    outdir: path.join(root, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
    loader: { '.svg': 'file' },
  } satisfies BuildOptions;

  try {
    const worker = await build({
      ...shared,
      entryPoints: [path.join(web, 'playground/worker.ts')],
      plugins: [nodeInBrowser(path.join(web, 'browser-node'))],
    });
    const workerPath = `${ASSETS}/${path.basename(worker.outputFiles[0]!.path)}`;
    const app = await build({
      ...shared,
      splitting: true,
      entryPoints: { app: path.join(web, 'main.tsx'), styles: path.join(web, 'styles/index.css') },
      define: { PLAYGROUND_WORKER: JSON.stringify(workerPath) },
    });
    const built = [...worker.outputFiles, ...app.outputFiles].map(({ path: file, contents }) => ({
      path: `${ASSETS}/${path.basename(file)}`,
      bytes: contents,
    }));
    const named = (pattern: RegExp) => built.find((file) => pattern.test(file.path))!.path;
    const icon = await readFile(path.join(web, 'icon.svg'));
    const html = documentOf(named(/\/app-.*\.js$/), named(/\/styles-.*\.css$/));
    return [
      { path: '/', bytes: new TextEncoder().encode(html) },
      { path: '/favicon.svg', bytes: icon },
      ...built,
    ];
  } finally {
    await stop(); // its process would outlive the build
  }
}

function documentOf(script: string, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Trains neural networks: jobs, datasets, predictions">
<title>epochd</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript. The API does not: see /docs.</noscript></body>
</html>
`;
}

/**
 * Replaces the Node modules and native packages that the engine and training import: node:crypto by the module in `folder`, all others
 * (files, streams), which no training run uses, by a stub whose functions throw when called.
 */
export function nodeInBrowser(folder: string): Plugin {
  return {
    name: 'node-in-browser',
    setup(it) {
      it.onResolve({ filter: /^(node:|yauzl$|csv-parse|sharp$|tar-stream$|webgpu$)/ }, ({ path: name }) =>
        name === 'node:crypto'
          ? { path: path.join(folder, 'crypto.ts') }
          : { path: name, namespace: 'absent' },
      );
      it.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path: name }) => ({
        contents: `module.exports = new Proxy({}, { get: (_, key) => key === '__esModule' ? undefined : () => {
          throw new Error(${JSON.stringify(name)} + '.' + String(key) + ' is not available in a browser');
        } });`,
      }));
    },
  };
}
