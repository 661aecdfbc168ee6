/** WebSocket close codes of the stream. */
export const CLOSE = {
  done: 1000,
  failed: 1011,
  restarting: 1012,
  keyRevoked: 4401,
  unknownJob: 4404,
  slowReader: 4408,
} as const;
