// Pairs of words for true and false.

const PAIRS: readonly (readonly [no: string, yes: string])[] = [
  ['false', 'true'],
  ['no', 'yes'],
  ['f', 't'],
  ['n', 'y'],
  ['off', 'on'],
];

/** The words for false and true as these texts spell them, or null if they do not all belong to one pair. */
export function booleanWords(texts: readonly string[]): [no: string, yes: string] | null {
  for (const [no, yes] of PAIRS) {
    const found = (word: string) => texts.find((text) => text.toLowerCase() === word);
    if (texts.length > 0 && texts.every((text) => [no, yes].includes(text.toLowerCase())))
      return [found(no) ?? no, found(yes) ?? yes];
  }
  return null;
}

/** Null if the text is neither. 0, 1, false and true are accepted besides the given words. */
export function booleanOf(text: string, [no = 'false', yes = 'true']: readonly string[] = []): 0 | 1 | null {
  const word = text.toLowerCase();
  if (word === '1' || word === 'true' || word === yes.toLowerCase()) return 1;
  return word === '0' || word === 'false' || word === no.toLowerCase() ? 0 : null;
}
