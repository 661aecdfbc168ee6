import { configDefaults, defineConfig } from 'vitest/config';

// `npm test` stays below ten minutes on two cores: what takes a minute or more for one file, and is not on the way of every job,
// is named *.slow.test.ts and runs with `npm run test:slow`.
const slow = process.env.SLOW === '1';
const FILES = slow ? '*.slow.test.ts' : '*.test.ts';
const exclude = [...configDefaults.exclude, ...(slow ? [] : ['tests/**/*.slow.test.ts'])];

/** Computation only: no processes, no database, and nothing that one test file could leave for the next. */
const PURE = ['engine', 'training'].map((folder) => `tests/${folder}/**/${FILES}`);

export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    // Node runs our TypeScript itself, as it does outside of tests: nothing is transformed.
    experimental: { viteModuleRunner: false },
    // Many wait for processes and databases: on two cores three take turns well.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      // Loading the engine for every file would take as long as half of the tests.
      { extends: true, test: { name: 'pure', include: PURE, exclude, isolate: false } },
      {
        extends: true,
        test: { name: 'service', include: [`tests/**/${FILES}`], exclude: [...exclude, ...PURE] },
      },
    ],
  },
});
