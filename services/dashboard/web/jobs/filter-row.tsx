// The search field, status filter and sort order above the list.

import { useEffect, useRef, useState } from 'preact/hooks';
import { setQuery } from '../router.ts';
import { type Filters, ORDERS, STATUSES } from './filters.ts';

const QUIET_MS = 250;

export function FilterRow({ filters }: { filters: Filters }) {
  const [text, setText] = useState(filters.find);
  // Keeps what the user typed in the meantime: only a change from elsewhere, such as a tag or the URL, replaces it.
  const sent = useRef(filters.find);
  useEffect(() => {
    if (filters.find !== sent.current) setText(filters.find);
    sent.current = filters.find;
  }, [filters.find]);
  useEffect(() => {
    if (text === filters.find) return;
    const timer = setTimeout(() => {
      sent.current = text;
      setQuery({ find: text });
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <input
        type="search"
        placeholder="Name, or key=value of metadata"
        aria-label="Find jobs"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        style={{ maxWidth: '270px' }}
      />
      <select
        aria-label="Status"
        value={filters.status}
        onChange={(event) => setQuery({ status: event.currentTarget.value })}
        style={{ width: 'auto' }}
      >
        {STATUSES.map(([status, title]) => (
          <option key={status} value={status}>
            {title}
          </option>
        ))}
      </select>
      <select
        aria-label="Order"
        value={filters.sort}
        onChange={(event) => setQuery({ sort: event.currentTarget.value })}
        style={{ width: 'auto' }}
      >
        {ORDERS.map(([order, title]) => (
          <option key={order} value={order}>
            {title}
          </option>
        ))}
      </select>
      {filters.dataset !== '' && (
        <button type="button" class="tag" onClick={() => setQuery({ dataset: null })}>
          {filters.dataset} ✕
        </button>
      )}
    </>
  );
}
