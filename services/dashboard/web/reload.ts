// A page whose parts do not load is loaded anew, for the service may have been updated since, and its parts have other names then.
// Once: what does not load the second time either would be asked for again and again.

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
