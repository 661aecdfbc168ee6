// Where artifacts are stored, from the environment: a directory or a bucket, with AWS's usual variables for the credentials of a bucket.

import { z } from 'zod';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { problemOfHome, type S3Defaults } from '#store/artifacts/homes/open-home.ts';
import { oneOf, url, variable, wholeNumber } from './config-variables.ts';

export const ArtifactVariables = {
  ARTIFACTS_URL: variable(url(['file:', 's3:']).optional()).describe(
    'Where large datasets, weights, checkpoints and models are stored: file:///directory or s3://bucket/prefix?endpoint=…&region=…&path_style=1. If unset, in Postgres, where small ones always are',
  ),
  ARTIFACTS_OVER_KIB: variable(wholeNumber(0, 65_536).prefault('1024')).describe(
    'Artifacts larger than this many KiB go to ARTIFACTS_URL',
  ),
  ARTIFACTS_OTHER_URLS: variable(z.string().optional()).describe(
    'Previous locations of artifacts, separated by commas: read and deleted from, but not written to',
  ),
  ARTIFACTS_MOVE: variable(oneOf(['0', '1']).default('0')).describe(
    '1 moves existing artifacts to their current location while the service runs',
  ),
  AWS_ACCESS_KEY_ID: variable(z.string().optional()).describe("For s3:// URLs, as in AWS's own tools"),
  AWS_SECRET_ACCESS_KEY: variable(z.string().optional()).describe('The secret for AWS_ACCESS_KEY_ID'),
  AWS_SESSION_TOKEN: variable(z.string().optional()).describe('The session token, for temporary credentials'),
  AWS_REGION: variable(z.string().optional()).describe(
    'Region of buckets whose URL has none; us-east-1 if unset',
  ),
  AWS_ENDPOINT_URL_S3: variable(url(['http:', 'https:']).optional()).describe(
    'Endpoint of buckets whose URL has none; AWS if unset',
  ),
};

type Values = z.infer<z.ZodObject<typeof ArtifactVariables>> & { DISK_RESERVE_MIB: number };

const othersOf = ({ ARTIFACTS_OTHER_URLS: text = '' }: Values) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

const s3Of = (values: Values): S3Defaults => ({
  endpoint: values.AWS_ENDPOINT_URL_S3,
  region: values.AWS_REGION,
  accessKeyId: values.AWS_ACCESS_KEY_ID,
  secretAccessKey: values.AWS_SECRET_ACCESS_KEY,
  sessionToken: values.AWS_SESSION_TOKEN,
});

export function problemsOfHomes(values: Values): string[] {
  const urls = [
    ...(values.ARTIFACTS_URL === undefined ? [] : [['ARTIFACTS_URL', values.ARTIFACTS_URL] as const]),
    ...othersOf(values).map((each) => ['ARTIFACTS_OTHER_URLS', each] as const),
  ];
  return urls.flatMap(([name, each]) => {
    const problem = problemOfHome(each, s3Of(values));
    return problem === null ? [] : [`${name}: ${problem} (it is ${JSON.stringify(each)})`];
  });
}

export function homesOf(values: Values): HomesOptions {
  return {
    url: values.ARTIFACTS_URL ?? null,
    overBytes: values.ARTIFACTS_OVER_KIB * 1024,
    others: othersOf(values),
    move: values.ARTIFACTS_MOVE === '1',
    reserveBytes: values.DISK_RESERVE_MIB * 2 ** 20,
    s3: s3Of(values),
  };
}
