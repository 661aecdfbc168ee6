// The paths at which several requests differ.

/** { 'training.optimizer.lr': 0.01, … } */
function flattened(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    return flattened(inner, at);
  });
}

/** For each path at which the requests differ, its values in the order of the requests; – if a request lacks it. */
export function differences(requests: readonly object[]): [path: string, values: string[]][] {
  const flat = requests.map((request) => new Map(flattened(request)));
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  return paths
    .map((path): [string, string[]] => [path, flat.map((one) => one.get(path) ?? '–')])
    .filter(([, values]) => new Set(values).size > 1);
}
