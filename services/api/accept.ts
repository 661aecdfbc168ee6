// The Accept header: the media types that the client takes, in its order of preference.

/** Media types without parameters, most preferred first; those with q=0 are excluded, and a missing header accepts everything. */
export function acceptedTypes(accept: string | undefined): string[] {
  if (accept === undefined || accept.trim() === '') return ['*/*'];
  return accept
    .slice(0, 1_000)
    .split(',')
    .map((part) => {
      const quality = /;\s*q\s*=\s*([\d.]+)/i.exec(part)?.[1];
      return { type: bareType(part), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ type }) => type);
}

/** The media type without parameters, in lower case. */
export function bareType(type: string): string {
  return type.split(';', 1)[0]!.trim().toLowerCase();
}
