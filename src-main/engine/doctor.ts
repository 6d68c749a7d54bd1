// The job 'doctor': what TensorFlow and its process look like.
import { env, memoryUsage, pid, versions } from 'node:process';
import { tf } from '../native/tensorflow';
import type { Handler } from './job';

export const doctor: Handler<'doctor'> = () => {
  tf.tensor1d([1]).add(1).dispose();
  const { numTensors, numBytes } = tf.memory();
  const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return [
    { name: 'TensorFlow backend', value: `${tf.getBackend()}, tfjs ${tf.version_core}` },
    { name: 'Threads', value: env['TF_NUM_INTRAOP_THREADS'] ?? 'chosen by TensorFlow' },
    { name: 'Engine process', value: `${pid}, Node ${versions.node}, ${mega(memoryUsage.rss())}` },
    { name: 'Tensors', value: `${numTensors}, ${mega(numBytes)}` },
  ];
};
