// The job 'doctor': what the machine has, as a process says it that has TensorFlow loaded.
import { memoryUsage, pid, versions } from 'node:process';
import { examine } from '../native/examine';
import { tf } from '../native/tensorflow';
import { shippedModel } from '../resources';
import type { Handler } from './job';

export const doctor: Handler<'doctor'> = () => {
  tf.tensor1d([1]).add(1).dispose();
  const { numTensors, numBytes } = tf.memory();
  const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return examine(shippedModel(), [
    { name: 'TensorFlow', value: `${tf.getBackend()}, loaded, tfjs ${tf.version_core}` },
    { name: 'Tensors', value: `${numTensors}, ${mega(numBytes)}` },
    { name: 'Engine process', value: `${pid}, Node ${versions.node}, ${mega(memoryUsage.rss())}` },
  ]);
};
