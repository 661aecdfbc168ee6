// A scrollable container that also scrolls by keyboard.

import type { ComponentChildren } from 'preact';

export function Scroll(props: { name: string; class?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class={props.class ?? 'scroll'} tabIndex={0} aria-label={props.name}>
      {props.children}
    </section>
  );
}

export function ScrollText(props: { style: Record<string, string>; children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre tabIndex={0} style={props.style}>
      {props.children}
    </pre>
  );
}
