import type { ComponentChildren } from 'preact';

/** A section of a page with a title. */
export function Card(props: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{props.title}</h2>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}

/** Placeholder of a page that has nothing to show yet. */
export function Empty(props: { title: string; children: ComponentChildren }) {
  return (
    <div class="card">
      <div class="empty">
        <h2>{props.title}</h2>
        {props.children}
      </div>
    </div>
  );
}

export function Stat(props: { name: string; value: ComponentChildren; under?: ComponentChildren }) {
  return (
    <div class="stat">
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        {props.under !== undefined && <div class="under">{props.under}</div>}
      </dd>
    </div>
  );
}
