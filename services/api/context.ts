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
  /** Where the server will listen: decides whether it may do without a key. */
  host: string;
  /** NODE_ENV=production */
  production: boolean;
  /** The operator's key, of `Authorization: Bearer …`; null only on loopback, in development. */
  apiKey: string | null;
  /** What keys may do that say nothing else; DEFAULT_LIMITS if omitted. */
  keyLimits?: KeyLimits;
  /** Whether webhooks may lead to addresses that are not public. */
  webhookPrivateAddresses?: boolean;
  /** From where datasets may be fetched; nowhere if omitted. */
  datasetUrls?: UrlPolicy;
  /** Whose pages may call from elsewhere, as `https://host[:port]`; none if omitted. */
  corsOrigins?: readonly string[];
  /** Of the files of one dataset; TUNING's if omitted. */
  datasetUploadBytes?: number;
  /** Memory for trained models that are ready to predict; TUNING's if omitted. */
  predictBytes?: number;
}

/** How the API behaves under load; what tests turn down. */
export interface Tuning {
  jsonBodyBytes: number;
  uploadBytes: number;
  /** The same of what becomes a dataset. */
  datasetUploadBytes: number;
  /** Uploads and large bodies that are received and read at the same time; one more is told to come back. */
  uploadsInFlight: number;
  /** A quiet stream says this often that it lives. */
  heartbeatMs: number;
  /** What may wait unsent for one reader of a stream … */
  streamBufferBytes: number;
  /** … and how long it may stay above that before the reader is closed. */
  streamPatienceMs: number;
  /** After that it has so long to hear why, before it is cut off. */
  streamFarewellMs: number;
  /** How often webhooks that are due are looked for. */
  webhookLookMs: number;
  /** How long closing waits for streams to say goodbye. */
  closeGraceMs: number;
  /** Memory for trained models that are ready to predict, their programs included. */
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

/** What belongs to no tenant. */
export type ServiceStore = Pick<Store, 'keys' | 'load' | 'ping' | 'queue' | 'workers'>;

export interface Context {
  service: ServiceStore;
  /** What the caller's tenant has: no route has another way to rows. */
  storeOf(request: Pick<FastifyRequest, 'caller'>): TenantStore;
  keyRing: KeyRing;
  streams: OpenStreams;
  sender: Sender;
  tokens: StreamTokens;
  config: ApiConfig;
  tuning: Tuning;
  predictors: Predictors;
  /** Reads what is too large for the event loop. */
  parsing: Offload;
  uploads: Admission;
  measures: Measures;
  /** Where large bodies and answers lie until their request is over. */
  scratch: Scratch;
  /** Aborted when the app begins to close: whoever waits for something stops waiting. */
  closing: AbortSignal;
  /** Aborted when the app will begin to close soon. */
  draining: AbortSignal;
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What a file under routes/ exports by default. */
export type Route = (app: App, context: Context) => void;
