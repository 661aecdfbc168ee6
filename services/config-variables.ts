// Types of environment variables.

import { z } from 'zod';

export const wholeNumber = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
};

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `expected one of ${values.join(', ')}` });

export const url = (protocols: readonly string[]) => {
  const error = `expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`;
  return z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { error });
};

/** An empty variable is one that is not set: compose files and shells make such. */
export const variable = <T extends z.ZodType>(schema: T) =>
  z.preprocess((v) => (v === '' ? undefined : v), schema);

/** `off`, `public`, or origins. */
export const datasetUrls = z.string().transform((text, context): 'off' | 'public' | string[] => {
  if (text === 'off' || text === 'public') return text;
  const origins = text.split(',').map((each) => each.trim());
  if (origins.every((each) => /^https?:/.test(each) && URL.parse(each)?.origin === each)) return origins;
  context.addIssue('expected off, public, or origins such as https://data.example, separated by commas');
  return z.NEVER;
});
