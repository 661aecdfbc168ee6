// Options for decoding uploaded images: the fields in docs/data.md.

import { type Command, Option } from 'commander';
import { UploadFields } from '#contracts/datasets/dataset.ts';

export type ImageOptions = Pick<UploadFields, 'size' | 'fit' | 'channels' | 'background' | 'corrupt'>;

const choices = (field: 'fit' | 'channels' | 'background' | 'corrupt') => [
  ...UploadFields.shape[field].unwrap().options,
];

export function withImageOptions(command: Command): Command {
  return command
    .option('--size <size>', 'size that images are resized to, such as 64 or 96x64')
    .addOption(
      new Option(
        '--fit <how>',
        'how to fit images with another aspect ratio: cover crops, contain pads',
      ).choices(choices('fit')),
    )
    .addOption(new Option('--channels <channels>', 'color channels of images').choices(choices('channels')))
    .addOption(
      new Option('--background <color>', 'background for transparent pixels of images').choices(
        choices('background'),
      ),
    )
    .addOption(
      new Option('--corrupt <what>', 'what to do with images that cannot be read').choices(
        choices('corrupt'),
      ),
    );
}

/** Only the image options that were given. */
export function imageFieldsOf({ size, fit, channels, background, corrupt }: ImageOptions): ImageOptions {
  return {
    ...(size === undefined ? {} : { size }),
    ...(fit === undefined ? {} : { fit }),
    ...(channels === undefined ? {} : { channels }),
    ...(background === undefined ? {} : { background }),
    ...(corrupt === undefined ? {} : { corrupt }),
  };
}
