// What every route receives: the app to register with, and the parts that it may call. The caller opens and closes the store; everything
// else lives as long as the app.

import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { KeyLimits } from '#contracts/keys/key-limits.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Store, TenantStore } from '#store/store.ts';
import type { Admission } from './access/admission.ts';
import type { StreamTokens } from './access/stream-token.ts';
import type { UrlPolicy } from './dataset-url/policy.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { OpenStreams } from './keys/open-streams.ts';
import type { Measures } from './measures.ts';
import type { Offload } from './offload/offload.ts';
import type { Predictors } from './predict/predictors.ts';
import type { Scratch } from './uploads/scratch.ts';
import type { Sender } from './webhooks/sender.ts';

export interface ApiConfig {
  /** Address to listen on; determines whether a key is required. */
  host: string;
  /** NODE_ENV=production */
  production: boolean;
  /** The operator's key, as in `Authorization: Bearer …`; null only on loopback, in development. */
  apiKey: string | null;
  /** Limits for keys that set none of their own; DEFAULT_LIMITS if omitted. */
  keyLimits?: KeyLimits;
  /** Whether webhooks may point to non-public addresses. */
  webhookPrivateAddresses?: boolean;
  /** Where datasets may be downloaded from; nowhere if omitted. */
  datasetUrls?: UrlPolicy;
  /** Origins whose pages may call the API, as `https://host[:port]`; none if omitted. */
  corsOrigins?: readonly string[];
  /** Limit on the total size of a dataset's files; TUNING's if omitted. */
  datasetUploadBytes?: number;
  /** Memory for models loaded for prediction; TUNING's if omitted. */
  predictBytes?: number;
}

/** How the API behaves under load; tests lower these. */
export interface Tuning {
  jsonBodyBytes: number;
  uploadBytes: number;
  /** Likewise, for uploads that become datasets. */
  datasetUploadBytes: number;
  /** Uploads and large bodies received and parsed concurrently; the next one is told to retry. */
  uploadsInFlight: number;
  /** Interval between heartbeats on a quiet stream. */
  heartbeatMs: number;
  /** Unsent bytes allowed per stream reader … */
  streamBufferBytes: number;
  /** … and how long a reader may stay above that before its stream is closed. */
  streamPatienceMs: number;
  /** How long it then has to receive the reason before the connection is cut. */
  streamFarewellMs: number;
  /** How often to look for webhook deliveries that are due. */
  webhookLookMs: number;
  /** How long to wait on shutdown for streams to close cleanly. */
  closeGraceMs: number;
  /** Memory for models loaded for prediction, compiled programs included. */
  predictBytes: number;
}

const MIB = 2 ** 20;

export const TUNING: Tuning = {
  jsonBodyBytes: LIMITS.jsonBodyBytes,
  uploadBytes: LIMITS.uploadBytes,
  datasetUploadBytes: LIMITS.datasetUploadBytes,
  uploadsInFlight: 8,
  heartbeatMs: 15_000,
  streamBufferBytes: 64 * 1024,
  streamPatienceMs: 10_000,
  streamFarewellMs: 5_000,
  webhookLookMs: 1_000,
  closeGraceMs: 1_000,
  predictBytes: 512 * MIB,
};

/** The parts of the store that are not scoped to a tenant. */
export type ServiceStore = Pick<Store, 'keys' | 'load' | 'ping' | 'queue' | 'workers'>;

export interface Context {
  service: ServiceStore;
  /** The caller's tenant's store: routes have no other access to rows. */
  storeOf(request: Pick<FastifyRequest, 'caller'>): TenantStore;
  keyRing: KeyRing;
  streams: OpenStreams;
  sender: Sender;
  tokens: StreamTokens;
  config: ApiConfig;
  tuning: Tuning;
  predictors: Predictors;
  /** Parses whatever is too large for the event loop. */
  parsing: Offload;
  uploads: Admission;
  measures: Measures;
  /** Holds large bodies and replies until their request is done. */
  scratch: Scratch;
  /** Aborted when the app starts to close: pending waits end. */
  closing: AbortSignal;
  /** Aborted shortly before the app starts to close. */
  draining: AbortSignal;
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** The default export of each file under routes/. */
export type Route = (app: App, context: Context) => void;
