import { expect, it } from 'vitest';
import { formOf } from '../../services/api/generate/accept.ts';
import { answerFormat } from '../../services/api/predict/negotiate.ts';

it.each([
  [undefined, 'json', 'json'],
  [' ', 'json', 'json'],
  ['*/*', 'json', 'json'],
  ['application/x-ndjson, application/json', 'lines', 'ndjson'],
  ['application/json;q=0.5, application/x-ndjson', 'lines', 'ndjson'],
  ['application/x-ndjson;q=0, */*;q=0.1', 'json', 'json'],
  ['image/png, Application/JSON; charset=utf-8', 'json', 'json'],
])('with Accept: %s, tokens are sent as %s and predictions as %s', (accept, tokens, predictions) => {
  expect(formOf(accept)).toBe(tokens);
  expect(answerFormat(accept)).toBe(predictions);
});

it.each(['image/png', 'application/json;q=0', 'application/x-ndjson;q=0.0'])(
  'refuses Accept: %s',
  (accept) => {
    for (const format of [formOf, answerFormat]) {
      expect(() => format(accept)).toThrow(expect.objectContaining({ code: 'not_acceptable' }));
    }
  },
);
