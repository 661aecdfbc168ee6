// Upload options for an archive of images (size, channels), and a preview of what the service would make of them.

import type { UploadFields } from '#contracts/datasets/dataset.ts';
import type { Inspection } from '#contracts/datasets/inspection.ts';
import { count } from '../format.ts';
import { Problems } from '../parts/errors.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Warnings } from '../parts/warnings.tsx';

type Fields = Pick<UploadFields, 'size' | 'fit' | 'channels' | 'background' | 'corrupt'>;

export const isImageArchive = (name: string) => /\.(zip|tar|tar\.gz|tgz)$/i.test(name);

/** An empty field is omitted, so that the service decides. */
export function ImageFields({ fields, onFields }: { fields: Fields; onFields(fields: Fields): void }) {
  const set = (name: keyof Fields) => (value: string) => {
    const { [name]: _, ...rest } = fields;
    onFields(value === '' ? rest : ({ ...rest, [name]: value } as Fields));
  };
  return (
    <>
      <TextField
        label="Size"
        hint="64, or 96x64; if empty, their common size, or a square"
        value={fields.size ?? ''}
        onInput={set('size')}
      />
      <SelectField
        label="Channels"
        value={fields.channels ?? ''}
        options={[
          ['', 'Unchanged'],
          ['grey', 'Grey'],
          ['rgb', 'Red, green, blue'],
        ]}
        onChange={set('channels')}
      />
      <SelectField
        label="Images of other proportions"
        value={fields.fit ?? 'cover'}
        options={[
          ['cover', 'Cut'],
          ['contain', 'Pad'],
          ['stretch', 'Stretch'],
        ]}
        onChange={set('fit')}
      />
      <SelectField
        label="Background"
        hint="Behind transparent pixels and as padding"
        value={fields.background ?? 'white'}
        options={[
          ['white', 'White'],
          ['black', 'Black'],
        ]}
        onChange={set('background')}
      />
      <SelectField
        label="Images that cannot be read"
        value={fields.corrupt ?? 'refuse'}
        options={[
          ['refuse', 'Reject, and list them all'],
          ['skip', 'Leave out'],
        ]}
        onChange={set('corrupt')}
      />
    </>
  );
}

export function InspectedImages({ inspection }: { inspection: Inspection }) {
  const { dataset, problems, stats } = inspection;
  const images = dataset?.images;
  const labels = dataset?.target.labels ?? [];
  return (
    <>
      <Problems details={problems} />
      <Warnings warnings={stats?.warnings ?? dataset?.warnings ?? []} />
      {dataset !== null && images !== undefined && (
        <p class="muted small">
          {count(dataset.samples)} images become {dataset.input_shape.join(' × ')}:{' '}
          {Object.entries(images.formats)
            .map(([format, files]) => `${count(files)} ${format}`)
            .join(', ')}
          {images.different_sizes > 1 && ` in ${count(images.different_sizes)} sizes`}
        </p>
      )}
      {images?.class_counts != null && (
        <Scroll name="Classes of the images">
          <table>
            <thead>
              <tr>
                <th>Class</th>
                <th class="num">Images</th>
              </tr>
            </thead>
            <tbody>
              {labels.slice(0, 50).map((label, i) => (
                <tr key={label}>
                  <td>{label}</td>
                  <td class="num">{count(images.class_counts![i]!)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
