// The page's API client. The API key that the user entered lives in sessionStorage, so it lasts as long as the tab.

import { ApiError, type Client, connect } from '#client/client.ts';

const KEY = 'epochd-api-key';

const open = (): Client => connect({ url: location.origin, apiKey: sessionStorage.getItem(KEY), retries: 2 });

export let client: Client = open();

export function keepKey(key: string): void {
  sessionStorage.setItem(KEY, key);
  client = open();
}

export const needsKey = (error: unknown): boolean => error instanceof ApiError && error.status === 401;
