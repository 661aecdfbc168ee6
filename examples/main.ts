// `npm run example -- NAME`: runs one job of examples/ through the real service: posted over HTTP, followed over WebSocket, then queried
// for predictions.

import { nearest } from '#contracts/nearest.ts';
import { openScreen } from '../services/cli/terminal/screen.ts';
import { run } from './example.ts';
import { examples } from './index.ts';
import { withService } from './service.ts';

function listing(): string[] {
  const names = Object.entries(examples).map(([name, { about }]) => `  ${name.padEnd(20)} ${about}`);
  return ['npm run example -- NAME', '', ...names];
}

const [name] = process.argv.slice(2);
const example = name !== undefined && Object.hasOwn(examples, name) ? examples[name] : undefined;
const screen = openScreen(process.stdout);
if (example !== undefined) {
  screen.line(`${name}: ${example.about}`);
  process.exitCode = await withService(screen, async (client) => {
    await run(example, client, screen);
  });
} else {
  if (name !== undefined && !name.startsWith('-')) {
    const meant = nearest(name, Object.keys(examples));
    screen.line(`There is no example "${name}"${meant === null ? '' : `; did you mean "${meant}"?`}\n`);
    process.exitCode = 1;
  }
  for (const line of listing()) screen.line(line);
}
