import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
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
