// A page of a list, newest first.

export interface Page {
  limit: number;
  /** The id of the last one of the page before. */
  after?: string | undefined;
}

export interface Paged<T> {
  items: T[];
  hasMore: boolean;
}
