// Whether this service has a route: what it does not offer is not shown.

import { useEffect, useState } from 'preact/hooks';

let paths: Promise<Set<string>> | null = null;

async function load(): Promise<Set<string>> {
  const reply = await fetch('/openapi.json');
  const document = (await reply.json()) as { paths: Record<string, unknown> };
  return new Set(Object.keys(document.paths));
}

/** @param path as the OpenAPI document names it: /jobs/{id}/pause */
export function useServed(path: string): boolean {
  const [served, setServed] = useState(false);
  useEffect(() => {
    paths ??= load();
    paths.then(
      (known) => setServed(known.has(path)),
      () => {
        paths = null;
      },
    );
  }, [path]);
  return served;
}
