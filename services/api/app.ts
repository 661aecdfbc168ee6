// Builds the Fastify app over an open store. Opening and closing the store, and listening, are up to the caller.

import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { StaticFile } from '#contracts/static-file.ts';
import type { Store } from '#store/store.ts';
import { NO_TRACING, type Tracing } from '#tracing/tracing.ts';
import { rehearsePredict } from '#training/predict/rehearsal.ts';
import { openAdmission } from './access/admission.ts';
import { streamTokens } from './access/stream-token.ts';
import { tenantStores } from './access/tenant-stores.ts';
import { type ApiConfig, type App, type Context, TUNING, type Tuning } from './context.ts';
import { openKeyRing } from './keys/key-ring.ts';
import { openStreams } from './keys/open-streams.ts';
import { openRateLimit } from './keys/rate-limit.ts';
import { openMeasures } from './measures.ts';
import { openOffload } from './offload/offload.ts';
import { auth, refuseUnprotected } from './plugins/auth.ts';
import { badHttp } from './plugins/bad-http.ts';
import { browsers } from './plugins/browsers.ts';
import { closing } from './plugins/closing.ts';
import { dashboard as dashboardFiles } from './plugins/dashboard.ts';
import { docs } from './plugins/docs.ts';
import { errors, sendFailure } from './plugins/errors.ts';
import { json } from './plugins/json.ts';
import { measured } from './plugins/measured.ts';
import { requestId, requestIds } from './plugins/request-id.ts';
import { requestLog } from './plugins/request-log.ts';
import { addRoutes } from './plugins/routes.ts';
import { traced } from './plugins/traced.ts';
import { unknownRoutes } from './plugins/unknown-routes.ts';
import { openPredictors } from './predict/predictors.ts';
import { parseQueryString } from './query-string.ts';
import { openScratch } from './uploads/scratch.ts';
import { validatorCompiler } from './validation.ts';
import { openSender } from './webhooks/sender.ts';

export interface AppOptions {
  store: Store;
  config: ApiConfig;
  log?: FastifyBaseLogger;
  tuning?: Partial<Tuning>;
  /** Aborted shortly before the app closes: readiness then fails, while all other requests are still served. */
  draining?: AbortSignal;
  /** Served at /; no page is served if omitted. */
  dashboard?: readonly StaticFile[];
  /** No tracing if omitted. */
  tracing?: Tracing;
}

/** A parsing process above this size is replaced; an idle one exits after PARSER_IDLE_MS. */
const PARSER_RSS = 512 * 2 ** 20;
const PARSER_IDLE_MS = 15_000;

/** Ready to listen or to inject requests into. Throws if the configuration would leave it open to strangers. */
export async function buildApp({
  store,
  config,
  log,
  tuning: given,
  draining = new AbortController().signal,
  dashboard = [],
  tracing = NO_TRACING,
}: AppOptions): Promise<App> {
  refuseUnprotected(config);
  const { predictBytes = TUNING.predictBytes, datasetUploadBytes = TUNING.datasetUploadBytes } = config;
  const tuning: Tuning = { ...TUNING, predictBytes, datasetUploadBytes, ...given };
  const app = Fastify({
    ...(log === undefined ? { logger: false } : { loggerInstance: log }),
    bodyLimit: tuning.jsonBodyBytes,
    // Slow uploads are fine, but not forever.
    requestTimeout: 300_000,
    logController: new LogController({ disableRequestLogging: true }), // requestLog writes these lines
    genReqId: requestId,
    routerOptions: { querystringParser: parseQueryString },
    // `closing` sends this reply in the contract's format.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      void sendFailure(error, request, reply, tuning);
    },
    clientErrorHandler: badHttp,
    // An offer to upgrade to HTTP/2 is answered as a plain request.
    http: { shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket' },
  }).withTypeProvider<ZodTypeProvider>() as unknown as App;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  const abort = new AbortController();
  const measures = openMeasures(store.load);
  const tokens = streamTokens(config.apiKey);
  const keyRing = openKeyRing(store.keys);
  const streams = openStreams(store.keys, app.log);
  await app.register(requestIds);
  await app.register(requestLog);
  await app.register(traced, { tracing });
  await app.register(measured, { measures });
  await app.register(browsers, { origins: config.corsOrigins ?? [] });
  await app.register(errors, { tuning });
  await app.register(unknownRoutes);
  await app.register(closing, { tuning, abort });
  await app.register(auth, { config, tokens, keyRing, keys: store.keys, rates: openRateLimit() });
  await app.register(json);
  await app.register(docs);
  await app.register(dashboardFiles, { files: dashboard });

  const scratch = openScratch();
  const predictors = openPredictors({
    artifacts: store.artifacts,
    scratch,
    log: app.log,
    maxBytes: tuning.predictBytes,
  });
  const parsing = openOffload({
    settings: { modelBytes: 0 },
    log: app.log,
    // One at a time, so that only one table is in memory.
    concurrency: 1,
    capacity: tuning.uploadsInFlight,
    maxRss: PARSER_RSS,
    idleMs: PARSER_IDLE_MS,
  });
  const sender = openSender({
    deliveries: store.deliveries,
    log: app.log,
    privateAddresses: config.webhookPrivateAddresses ?? false,
    lookMs: tuning.webhookLookMs,
  });
  app.addHook('onListen', () => rehearsePredict());
  app.addHook('onListen', () => sender.start());
  app.decorate('predictors', predictors);
  app.addHook('onClose', async () => {
    streams.close();
    await sender.close();
    await parsing.close();
    await predictors.close();
    await scratch.close();
  });

  const uploads = openAdmission(tuning.uploadsInFlight, 'uploads');
  const context: Context = {
    service: store,
    storeOf: tenantStores(store),
    keyRing,
    streams,
    sender,
    tokens,
    config,
    tuning,
    predictors,
    parsing,
    scratch,
    closing: abort.signal,
    draining,
    uploads,
    measures,
  };
  await addRoutes(app, context);
  await app.ready();
  return app;
}
