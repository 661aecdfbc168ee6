import { configDefaults, defineConfig } from 'vitest/config';

// Long, and sensitive to a busy machine: it runs by name, `npm run test:pages`.
const PAGES = 'tests/dashboard/pages.test.ts';
const byName = process.env.PAGES === '1';
if (!byName) console.warn(`NOT RUN  ${PAGES} (a browser through the dashboard): npm run test:pages`);

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: byName ? configDefaults.exclude : [...configDefaults.exclude, PAGES],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
