// Reloads the page if a chunk fails to load: the service may have been updated, which renames the chunks. Only once, so a chunk that is
// really missing does not cause a reload loop.

const KEY = 'epochd-reloaded';

/** @returns whether it reloads; false if it has just done so */
export function reloadOnce(): boolean {
  if (sessionStorage.getItem(KEY) !== null) return false;
  sessionStorage.setItem(KEY, 'yes');
  location.reload();
  return true;
}

/** Call once a part has loaded: if a later one fails, a reload may help again. */
export function loaded(): void {
  sessionStorage.removeItem(KEY);
}
