// A page whose parts do not load is loaded anew, for the service may have been updated since, and its parts have other names then.
// Once: what does not load the second time either would be asked for again and again.

const KEY = 'epochd-reloaded';

/** @returns whether it loads anew; false where it just did */
export function reloadOnce(): boolean {
  if (sessionStorage.getItem(KEY) !== null) return false;
  sessionStorage.setItem(KEY, 'yes');
  location.reload();
  return true;
}

/** A part has come: the next one that does not may be a later update. */
export function loaded(): void {
  sessionStorage.removeItem(KEY);
}
