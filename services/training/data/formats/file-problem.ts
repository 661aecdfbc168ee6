import { Problem } from '#contracts/errors.ts';

/** A problem with an uploaded file as a whole. */
export function fileProblem(code: string, message: string, param = 'file'): Problem {
  return new Problem('invalid_dataset', message, [{ param, code, message }]);
}
