// The same by hand: curl commands to paste into a terminal while `npm start` runs in another.

export interface CurlLines {
  url: string;
  file: string;
  fields: Record<string, string>;
  job: { dataset: string };
  record: object;
}

/** Quotes for a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

export function curlLines({ url, file, fields, job, record }: CurlLines): string[] {
  const form = Object.entries(fields).map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`);
  const id = (prefix: string) => `| grep -o '${prefix}_[0-9a-z]*' | head -1`;
  const withDataset = JSON.stringify({ ...job, dataset: '@' });
  const body = withDataset.split('"@"').map(quoted).join(`'"'$DATASET'"'`).replaceAll(`''`, '');
  const json = `-H 'content-type: application/json'`;
  return [
    `DATASET=$(curl -s ${url}/datasets ${[...form, `-F ${quoted(`file=@${file}`)}`].join(' ')} ${id('ds')})`,
    `JOB=$(curl -s ${url}/jobs ${json} -d ${body} ${id('job')})`,
    `npx node -e 'new WebSocket("${url.replace(/^http/, 'ws')}/jobs/'$JOB'/stream").onmessage = (e) => console.log(e.data)'`,
    `curl -s ${url}/jobs/$JOB`,
    `curl -s ${url}/jobs/$JOB/predict ${json} -d ${quoted(JSON.stringify({ records: [record] }))}`,
  ];
}
