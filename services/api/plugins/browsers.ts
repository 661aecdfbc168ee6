// Headers for browsers: CORS for the origins in CORS_ORIGINS (with keys, never cookies), and security headers on every reply.

import plugin from 'fastify-plugin';

const METHODS = 'GET, HEAD, POST, PATCH, DELETE';
const HEADERS =
  'Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset';
const EXPOSED =
  'Location, ETag, Retry-After, Content-Disposition, Idempotency-Replayed, X-Request-Id, X-Bytes-Freed, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset';
const PREFLIGHT_SECONDS = 600;

/** For replies other than pages: whatever they contain, nothing is loaded or executed. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
const DOCS_PATH = /^\/docs(?:[/?]|$)/;
/** The docs page uses inline styles. */
const DOCS =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const browsers = plugin(
  async (app, { origins }: { origins: readonly string[] }) => {
    // Runs before authentication: a preflight cannot carry a key.
    app.addHook('onRequest', (request, reply, done) => {
      if (origins.length === 0) return done();
      reply.header('vary', 'Origin');
      const { origin } = request.headers;
      if (origin === undefined || !origins.includes(origin)) return done();
      reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
        return done();
      reply
        .code(204)
        .header('access-control-allow-methods', METHODS)
        .header('access-control-allow-headers', HEADERS)
        .header('access-control-max-age', PREFLIGHT_SECONDS)
        .send();
    });

    app.addHook('onSend', (request, reply, _payload, done) => {
      if (!reply.hasHeader('content-security-policy')) {
        reply.header('content-security-policy', DOCS_PATH.test(request.url) ? DOCS : NOTHING);
      }
      reply
        .header('x-content-type-options', 'nosniff')
        .header('x-frame-options', 'DENY')
        .header('referrer-policy', 'no-referrer');
      done();
    });
  },
  { name: 'browsers', fastify: '5.x', dependencies: ['request-id'] },
);
