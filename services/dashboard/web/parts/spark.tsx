/** A curve the size of a word; nothing where there are fewer than two values. */
export function Spark({ values, name }: { values: readonly number[]; name: string }) {
  if (values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value: number) => 24 - (22 * (value - low)) / (high - low || 1);
  const points = values.map(
    (value, i) => `${((94 * i) / (values.length - 1) + 1).toFixed(1)} ${y(value).toFixed(1)}`,
  );
  return (
    <svg class="spark" viewBox="0 0 96 26" role="img" aria-label={name} preserveAspectRatio="none">
      <path d={`M${points.join('L')}`} />
    </svg>
  );
}
