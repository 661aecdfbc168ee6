// What browsers are told. Pages of the origins that CORS_ORIGINS names may call from elsewhere, with a key and never with
// cookies; and every reply says how little it may be used for.

import plugin from 'fastify-plugin';

const METHODS = 'GET, HEAD, POST, DELETE';
const HEADERS =
  'Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id';
const EXPOSED =
  'Location, ETag, Retry-After, Content-Disposition, Idempotency-Replayed, X-Request-Id, X-Bytes-Freed';
const PREFLIGHT_SECONDS = 600;

/** For replies that are no pages: whatever they hold, it loads and runs nothing. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
/** The docs page styles itself in place. */
const DOCS =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const browsers = plugin(
  async (app, { origins }: { origins: readonly string[] }) => {
    // Before anybody asks for a key: a preflight cannot bear one.
    app.addHook('onRequest', async (request, reply) => {
      if (origins.length === 0) return;
      reply.header('vary', 'Origin');
      const { origin } = request.headers;
      if (origin === undefined || !origins.includes(origin)) return;
      reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
        return;
      return reply
        .code(204)
        .header('access-control-allow-methods', METHODS)
        .header('access-control-allow-headers', HEADERS)
        .header('access-control-max-age', PREFLIGHT_SECONDS)
        .send();
    });

    app.addHook('onSend', async (request, reply) => {
      const isDocs = /^\/docs(\/|$)/.test(request.url.split('?')[0] as string);
      if (!reply.hasHeader('content-security-policy')) {
        reply.header('content-security-policy', isDocs ? DOCS : NOTHING);
      }
      reply
        .header('x-content-type-options', 'nosniff')
        .header('x-frame-options', 'DENY')
        .header('referrer-policy', 'no-referrer');
    });
  },
  { name: 'browsers', fastify: '5.x', dependencies: ['request-id'] },
);
