// POST /jobs/{id}/generate: a language model goes on from a prompt. The answer is one piece of JSON, or every token as soon as
// it is drawn: as Server-Sent Events, or as lines of JSON. Nothing is sent before the first token, so that what is wrong with a
// request has its status; who leaves ends the work.

import { Readable } from 'node:stream';
import { z } from 'zod';
import { Problem } from '#contracts/errors.ts';
import { WhichQuery } from '#contracts/jobs/checkpoint.ts';
import {
  type GeneratedToken,
  GenerateRequest,
  Generation,
  GenerationMessage,
} from '#contracts/jobs/generate.ts';
import type { Context, Route } from '../../context.ts';
import { problemFrom } from '../../failure.ts';
import { formOf } from '../../generate/accept.ts';
import { type Message, Tokens } from '../../generate/tokens.ts';
import { findJob, weightsOf } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const TYPES = { events: 'text/event-stream', lines: 'application/x-ndjson; charset=utf-8' } as const;

const DESCRIPTION = [
  'The same model, request and seed give the same text. The network reads the prompt, then each token it generates. The states of RNN, LSTM and GRU, and the keys and values of attention, are cached, so a token does not cost a whole context. A recurrent network remembers everything it has read; one with attention sees at most one context of tokens, and continues with the last half of them when it is full.',
  '',
  'With `Accept: text/event-stream` (Server-Sent Events) or `application/x-ndjson` (lines of JSON) every token is sent as soon as it is drawn, and the complete reply last; an error after the first token is a message with `error`. Closing the connection stops generation.',
].join('\n');

/** Encodes the messages; an error becomes the last one. */
async function* framed(
  tokens: Tokens,
  form: keyof typeof TYPES,
  { tuning }: Context,
): AsyncGenerator<string> {
  const frame = (message: unknown) => {
    const text = JSON.stringify(message);
    return form === 'events' ? `data: ${text}\n\n` : `${text}\n`;
  };
  try {
    for await (const messages of tokens.all()) yield messages.map(frame).join('');
  } catch (error) {
    const problem = problemFrom(error, tuning) ?? new Problem('internal', 'internal error');
    yield frame(problem.toBody());
  }
}

const route: Route = (app, context) => {
  const { storeOf, predictors, streams, closing } = context;
  app.post(
    '/jobs/:id/generate',
    {
      schema: {
        operationId: 'generate',
        tags: ['jobs'],
        summary: 'Generate text with a language model',
        description: DESCRIPTION,
        params: IdParams,
        querystring: WhichQuery,
        body: GenerateRequest,
        response: {
          200: {
            description: 'The text or its tokens, depending on Accept',
            content: {
              'application/json': { schema: Generation },
              'text/event-stream': { schema: GenerationMessage },
              'application/x-ndjson': { schema: z.string() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { which } = request.query;
      const form = formOf(request.headers.accept);
      const store = storeOf(request);
      const source = await predictors.recent.of(`${request.caller.tenant} ${id}@${which ?? ''}`, async () =>
        weightsOf(await findJob(store, id), which, 'it can generate text'),
      );
      const left = new AbortController();
      const { revoked, end } = streams.open(request.caller.key?.id ?? null);
      reply.raw.on('close', () => {
        left.abort();
        end();
      });
      const tokens = new Tokens();
      const choices: Omit<GeneratedToken, 'object'>[] = [];
      const writing = predictors
        .generate(source, request.body, {
          onTold(token) {
            if (form !== 'json') tokens.add({ object: 'generation.token', ...token });
            else if (request.body.alternatives > 0) choices.push(token);
          },
          signal: AbortSignal.any([left.signal, revoked, closing]),
        })
        .then((written): Message => {
          // Only the part generated so far: a client must not take it for the text.
          if (closing.aborted && written.finish_reason === 'cancelled') {
            throw new Problem('unavailable', 'the service is shutting down');
          }
          return { object: 'generation', job_id: id, ...written, ...(choices.length > 0 && { choices }) };
        });
      if (form === 'json') return (await writing) as never;
      writing.then(
        (generation) => {
          tokens.add(generation);
          tokens.end();
        },
        (error: unknown) => tokens.end(error),
      );
      await tokens.first();
      reply.header('cache-control', 'no-store').type(TYPES[form]);
      return reply.send(Readable.from(framed(tokens, form, context), { objectMode: false }) as never);
    },
  );
};
export default route;
