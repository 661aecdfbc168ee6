import { configDefaults, defineConfig } from 'vitest/config';

// `npm test` stays below ten minutes on two cores: what takes a minute or more for one file, and is not on the way of every job,
// is named *.slow.test.ts and runs with `npm run test:slow`.
const slow = process.env.SLOW === '1';

export default defineConfig({
  test: {
    include: [slow ? 'tests/**/*.slow.test.ts' : 'tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(slow ? [] : ['tests/**/*.slow.test.ts'])],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    // Node runs our TypeScript itself, as it does outside of tests: nothing is transformed.
    experimental: { viteModuleRunner: false },
    // Many wait for processes and databases: on two cores three take turns well.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
