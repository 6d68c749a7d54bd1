// Decodes PNG, JPEG and WebP by TensorFlow's own kernels, within bounds that are checked before.
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import { UserError } from '../../contract/errors';
import { tf } from '../../native/tensorflow';
import { fit } from './fit';
import { pictureHeader } from './picture-header';
import type { Target } from '../target';

/** Pixels that a picture may have: some 7000 × 7000. */
const MOST_PIXELS = 5e7;
/** Bytes that its file may have. */
export const MOST_FILE_BYTES = 1e8;

const KERNELS = { png: 'DecodePng', jpeg: 'DecodeJpeg', webp: 'DecodeWebP' } as const;

/** How much a JPEG may be shrunk while it is decoded, such that no pixel of the target is made up. */
const shrink = (height: number, width: number, target: Target): number =>
  [8, 4, 2].find((ratio) => height / ratio >= target.height && width / ratio >= target.width) ?? 1;

/** The picture as bytes of the target. Throws a UserError for a file that is damaged, too large or of another kind. */
export function decodePicture(bytes: Buffer, name: string, target: Target): Uint8Array {
  const { format, height, width } = pictureHeader(bytes, name);
  if (height * width > MOST_PIXELS) {
    throw new UserError(
      `${name} has ${width}×${height} pixels; at most ${MOST_PIXELS / 1e6} million are read.`,
      'Make the picture smaller, or take it out of the folder.',
    );
  }
  const backend = tf.backend() as NodeJSKernelBackend;
  const { TF_ATTR_INT } = backend.binding as unknown as Record<string, number>;
  const attributes = [
    { name: 'channels', type: TF_ATTR_INT, value: 3 },
    ...(format === 'jpeg'
      ? [{ name: 'ratio', type: TF_ATTR_INT, value: shrink(height, width, target) }]
      : []),
  ];
  try {
    return tf.tidy(() => {
      const contents = tf.scalar(Uint8Array.from(bytes), 'string');
      const decoded = backend.executeSingleOutput(KERNELS[format], attributes as never, [contents]);
      // a WebP comes as a film of one picture
      return fit(decoded.reshape(decoded.shape.slice(-3)), target);
    });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : '';
    if (said.includes('not registered')) {
      throw new UserError(
        `${name}: the TensorFlow on this machine reads no WebP.`,
        'Save the pictures as PNG or JPEG.',
        { cause },
      );
    }
    throw new UserError(
      `${name} is damaged${said.includes('Animation') ? ' or moves' : ''}, and cannot be decoded.`,
      'Save the picture again, or take it out of the folder.',
      { cause },
    );
  }
}
