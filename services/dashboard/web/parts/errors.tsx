// An error in the service's own words, with all its details.

import { ApiError } from '#client/client.ts';
import type { Detail } from '#contracts/errors.ts';

const SHOWN = 12;

/** A message about a cell already names its row and column. */
const said = ({ param, message }: Detail) => (param.startsWith('rows[') ? message : `${param}: ${message}`);

export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const message = error instanceof Error ? error.message : String(error);
  const details = error instanceof ApiError ? error.details : [];
  return (
    <div class="notice bad" role="alert">
      {details.length < 2 &&
        (details[0] === undefined || details[0].param === 'id' ? message : said(details[0]))}
      {details.length > 1 && <Listed details={details} />}
    </div>
  );
}

/** Problems found before anything was submitted. */
export function Problems({ details }: { details: readonly Detail[] }) {
  if (details.length === 0) return null;
  return (
    <div class="notice bad" role="status">
      {details.length === 1 ? said(details[0]!) : <Listed details={details} />}
    </div>
  );
}

function Listed({ details }: { details: readonly Detail[] }) {
  return (
    <>
      {details.length} problems:
      <ul>
        {details.slice(0, SHOWN).map((detail) => (
          <li key={detail.param + detail.message}>{said(detail)}</li>
        ))}
        {details.length > SHOWN && <li>… and {details.length - SHOWN} more</li>}
      </ul>
    </>
  );
}
