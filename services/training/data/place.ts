/** Where in a row-major array of `shape` the element number `index` lies, as people write it: [2][0][7] */
export function placeIn(index: number, shape: readonly number[]): string {
  let text = '';
  let rest = index;
  for (const size of shape.toReversed()) {
    text = `[${rest % size}]${text}`;
    rest = Math.floor(rest / size);
  }
  return text;
}
