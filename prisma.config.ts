// For the Prisma command line only (npm run prisma:generate). The service applies its migrations itself.

import { defineConfig } from 'prisma/config';

export default defineConfig({ schema: 'prisma/schema.prisma' });
