// Pagination of a list, newest first.

export interface Page {
  limit: number;
  /** The last id of the previous page. */
  after?: string | undefined;
}

export interface Paged<T> {
  items: T[];
  hasMore: boolean;
}
