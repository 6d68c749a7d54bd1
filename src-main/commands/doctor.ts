// filterscope doctor: what TensorFlow, the machine and the folders look like.
import { existsSync } from 'node:fs';
import { appFolders } from '../native/site';
import { tf } from '../native/tensorflow';
import { shippedModel } from '../resources';
import { APP_VERSION } from '../version';
import type { Console } from './console';

export function doctor(out: Console): void {
  const { cache, data } = appFolders();
  tf.tensor1d([1]).add(1).dispose();
  const facts = {
    Filterscope: APP_VERSION,
    Node: `${process.version} on ${process.platform} ${process.arch}`,
    Backend: `${tf.getBackend()}, tfjs ${tf.version_core}`,
    'Cache folder': cache,
    'Data folder': data,
    'Shipped model': existsSync(shippedModel()) ? 'found' : 'missing',
  };
  for (const [name, value] of Object.entries(facts)) out.say(`${name.padEnd(15)} ${value}`);
  out.result(facts);
}
