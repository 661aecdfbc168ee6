/** A share as a bar with its name and number. */
export function Meter(props: { name: string; share: number; value: string; title?: string; top?: boolean }) {
  const width = `${Math.max(0, Math.min(1, props.share)) * 100}%`;
  return (
    <div class={props.top ? 'meter first' : 'meter'}>
      <span class="name" title={props.name}>
        {props.name}
      </span>
      <span class="track">
        <span class="fill" style={{ width, display: 'block' }} />
      </span>
      <span class="value" title={props.title}>
        {props.value}
      </span>
    </div>
  );
}
