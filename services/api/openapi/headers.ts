// The headers of replies, each described once and referenced by name.

interface Response {
  headers?: object;
}
type Operation = { parameters?: { in: string; name: string }[]; responses: Record<string, Response> };
export type Paths = Record<string, Record<string, Operation>>;

const text = (description: string) => ({ description, schema: { type: 'string' } });

export const HEADERS = {
  RequestId: text('Id of this request, also in the log; the one sent, or a new one'),
  Location: text('URL of the created resource'),
  IdempotencyReplayed: {
    ...text('This is the reply to an earlier request with the same key'),
    schema: { const: 'true' },
  },
  ETag: text('Identifies this content: If-None-Match with it returns 304 while it is unchanged'),
  RetryAfter: { description: 'Seconds after which to try again', schema: { type: 'integer' } },
  BytesFreed: { description: 'Bytes of files freed', schema: { type: 'integer' } },
  ContentDisposition: text('The name of the file'),
  TusResumable: text('Version of the tus protocol'),
  UploadOffset: { description: 'Bytes of the file that have arrived', schema: { type: 'integer' } },
  UploadExpires: text('When the upload is deleted, unless more of it arrives'),
} as const;

const ref = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });

function headersOf(status: string, method: string, operation: Operation, schemas: string): object {
  const takes = (header: string) =>
    operation.parameters?.some(({ in: place, name }) => place === 'header' && name.toLowerCase() === header);
  return {
    'x-request-id': ref('RequestId'),
    ...(status === '201' ? { location: ref('Location') } : {}),
    ...(status === '201' && takes('idempotency-key')
      ? { 'idempotency-replayed': ref('IdempotencyReplayed') }
      : {}),
    ...(/^(200|304)$/.test(status) && (takes('if-none-match') || '304' in operation.responses)
      ? { etag: ref('ETag') }
      : {}),
    ...(/^[45]XX$/.test(status) ? { 'retry-after': ref('RetryAfter') } : {}),
    ...(status === '204' && method === 'delete' ? { 'x-bytes-freed': ref('BytesFreed') } : {}),
    ...(takes('tus-resumable') ? { 'tus-resumable': ref('TusResumable') } : {}),
    ...(takes('tus-resumable') && /^2/.test(status) && method !== 'delete'
      ? { 'upload-offset': ref('UploadOffset'), 'upload-expires': ref('UploadExpires') }
      : {}),
    ...(schemas.includes('octet-stream') ? { 'content-disposition': ref('ContentDisposition') } : {}),
  };
}

export function tellHeaders(paths: Paths): void {
  for (const methods of Object.values(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (status === '101') continue;
        response.headers = {
          ...headersOf(status, method, operation, JSON.stringify(response)),
          ...response.headers,
        };
      }
    }
  }
}
