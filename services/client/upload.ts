// Uploads a file and reports progress. In browsers only XMLHttpRequest reports it; elsewhere the body is a stream that counts the bytes
// read from it.

import { ConnectionError, errorOf } from './errors.ts';

export type OnProgress = (sent: number, total: number) => void;

export interface Upload {
  url: string;
  headers: Record<string, string>;
  form: FormData;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** The part of a browser's XMLHttpRequest used here; Node does not have it. */
interface Request {
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  status: number;
  responseText: string;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: FormData): void;
  abort(): void;
}

/** Returns the parsed JSON reply. @throws ApiError, ConnectionError */
export async function upload<T>(given: Upload): Promise<T> {
  const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Request };
  const { status, text, requestId } =
    XMLHttpRequest === undefined ? await byFetch(given) : await byRequest(new XMLHttpRequest(), given);
  if (status < 200 || status > 299) throw errorOf(status, text, requestId);
  return JSON.parse(text) as T;
}

interface Reply {
  status: number;
  text: string;
  requestId: string | null;
}

function byRequest(request: Request, { url, headers, form, onProgress, signal }: Upload): Promise<Reply> {
  let abort = () => {};
  const answered = new Promise<Reply>((resolve, reject) => {
    signal?.throwIfAborted();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    request.onload = () =>
      resolve({
        status: request.status,
        text: request.responseText,
        requestId: request.getResponseHeader('x-request-id'),
      });
    request.onerror = () => reject(new ConnectionError(`${url} does not respond`));
    abort = () => {
      request.abort();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    request.send(form);
  });
  return answered.finally(() => signal?.removeEventListener('abort', abort));
}

async function byFetch({ url, headers, form, onProgress, signal }: Upload): Promise<Reply> {
  // Encodes the form once, so that the body matches the boundary in its content type.
  const whole = new Response(form);
  const total = (await whole.clone().blob()).size;
  let sent = 0;
  const counted = whole.body!.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, out) {
        sent += piece.byteLength;
        onProgress?.(sent, total);
        out.enqueue(piece);
      },
    }),
  );
  const init = {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': whole.headers.get('content-type') ?? '',
      'content-length': String(total),
    },
    body: counted,
    duplex: 'half',
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    const response = await fetch(url, init as RequestInit);
    return {
      status: response.status,
      text: await response.text(),
      requestId: response.headers.get('x-request-id'),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw new ConnectionError(`${url} does not respond`, error);
  }
}
