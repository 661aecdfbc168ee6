// The names of the components. A schema used in requests and replies appears twice, as `X` and `XInput`; if both are the same, one name is
// enough, and if only the input is used it is `X`.

const REF = /"#\/components\/schemas\/([^"]+)"/g;

export function usedBy(paths: unknown, schemas: Readonly<Record<string, unknown>>): Set<string> {
  const used = new Set<string>();
  const visit = (node: unknown): void => {
    for (const [, name] of JSON.stringify(node).matchAll(REF)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(paths);
  return used;
}

const shortOf = (name: string) => name.replace(/Input$/, '');

export function shortNames(
  used: ReadonlySet<string>,
  schemas: Readonly<Record<string, unknown>>,
): (name: string) => string {
  const twins = [...used].filter((name) => shortOf(name) !== name && used.has(shortOf(name)));
  // Twins count as equal until found to differ; those that refer to a pair that differs then differ as well.
  const different = new Set<string>();
  const text = (name: string) =>
    JSON.stringify(schemas[name]).replace(REF, (ref, to: string) => (different.has(to) ? ref : shortOf(to)));
  for (let before = -1; before !== different.size; ) {
    before = different.size;
    for (const name of twins) if (text(name) !== text(shortOf(name))) different.add(name);
  }
  return (name) => (different.has(name) ? name : shortOf(name));
}

export const renamed = (text: string, rename: (name: string) => string): string =>
  text.replace(REF, (_, name: string) => `"#/components/schemas/${rename(name)}"`);
