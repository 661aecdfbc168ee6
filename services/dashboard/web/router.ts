// Routing by URL fragment: every page is the same document to the service, and no path of the API is taken. `#/jobs/job_x`,
// `#/compare?jobs=job_x,job_y`

import { useEffect, useState } from 'preact/hooks';

export interface Place {
  /** ['jobs', 'job_x'] */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: new URLSearchParams(query),
  };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const moved = () => setPlace(placeOf(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return place;
}

export function go(to: string): void {
  location.hash = to;
}

/** Changes the query of the current place without adding a history entry. */
export function setQuery(change: Record<string, string | null>): void {
  const { path, query } = placeOf(location.hash);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString().replaceAll('%2C', ',');
  history.replaceState(null, '', `#/${path.join('/')}${text === '' ? '' : `?${text}`}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
