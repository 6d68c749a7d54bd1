// Adam on TensorFlow's own resource variables: one fused kernel per weight instead of ten element-wise ones.
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { Tensor } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { NamedWeight } from '../network/formats/tfjs-layers';

const BETA1 = 0.9;
const BETA2 = 0.999;
/** TensorFlow 1's default, which the question trains with. */
const EPSILON = 1e-8;

const backend = (): NodeJSKernelBackend => tf.backend() as NodeJSKernelBackend;
const constant = (name: string): number =>
  (backend().binding as unknown as Record<string, number>)[name] ?? 0;

/** Runs a kernel that returns `outputs` tensors. */
function run(
  op: string,
  attributes: Record<string, [string, unknown]>,
  inputs: Tensor[],
  outputs: number,
): Tensor[] {
  const attrs = Object.entries(attributes).map(([name, [type, value]]) => ({
    name,
    type: constant(type),
    value,
  }));
  return backend().executeMultipleOutputs(op, attrs as never, inputs, outputs);
}

const floatType = (name: string): Record<string, [string, unknown]> => ({
  [name]: ['TF_ATTR_TYPE', constant('TF_FLOAT')],
});

let made = 0;

/** A weight that lives in TensorFlow and is updated in place. */
class ResourceVariable {
  private readonly handle: Tensor;

  constructor(shape: readonly number[], values: Float32Array) {
    const [handle] = run(
      'VarHandleOp',
      {
        ...floatType('dtype'),
        shape: ['TF_ATTR_SHAPE', [...shape]],
        container: ['TF_ATTR_STRING', ''],
        shared_name: ['TF_ATTR_STRING', `filterscope/${made++}`],
      },
      [],
      1,
    );
    this.handle = handle as Tensor;
    const value = tf.tensor(values, [...shape]);
    run('AssignVariableOp', floatType('dtype'), [this.handle, value], 0);
    value.dispose();
  }

  /** The value now. While it is held, an update copies the weight: dispose of it first. */
  read(): Tensor {
    return run('ReadVariableOp', floatType('dtype'), [this.handle], 1)[0] as Tensor;
  }

  /** Runs an update kernel on this variable and its two moments. */
  update(op: string, moments: readonly ResourceVariable[], inputs: readonly Tensor[]): void {
    const handles = [this, ...moments].map(({ handle }) => handle);
    const attributes: Record<string, [string, unknown]> = {
      ...floatType('T'),
      use_locking: ['TF_ATTR_BOOL', false],
      use_nesterov: ['TF_ATTR_BOOL', false],
    };
    run(op, attributes, [...handles, ...inputs], 0);
  }

  dispose(): void {
    run('DestroyResourceOp', { ignore_lookup_error: ['TF_ATTR_BOOL', true] }, [this.handle], 0);
    this.handle.dispose();
  }
}

/** Weights and the two moments of each, as they are saved and restored. */
export interface AdamState {
  /** Updates done. */
  readonly step: number;
  readonly weights: readonly NamedWeight[];
  readonly first: readonly NamedWeight[];
  readonly second: readonly NamedWeight[];
}

const zeros = ({ name, shape, data }: NamedWeight): NamedWeight => ({
  name,
  shape,
  data: new Float32Array(data.length),
});

/** Weights before their first update. */
export const freshState = (weights: readonly NamedWeight[]): AdamState => ({
  step: 0,
  weights,
  first: weights.map(zeros),
  second: weights.map(zeros),
});

/**
 * Kingma & Ba 2015, in the form of TensorFlow's ResourceApplyAdam:
 * w −= rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε).
 */
export class Adam {
  private step: number;
  private readonly variables: { name: string; shape: readonly number[]; parts: ResourceVariable[] }[];
  private readonly scalars: Tensor[];

  constructor(state: AdamState, learningRate: number) {
    this.step = state.step;
    this.variables = state.weights.map(({ name, shape, data }, i) => ({
      name,
      shape,
      parts: [data, state.first[i]?.data, state.second[i]?.data].map(
        (values) => new ResourceVariable(shape, values ?? new Float32Array(data.length)),
      ),
    }));
    this.scalars = [learningRate, BETA1, BETA2, EPSILON].map((value) => tf.scalar(value));
  }

  /** The weights by name. Dispose of them before `apply`, or it copies every one. */
  read(): Record<string, Tensor> {
    return Object.fromEntries(
      this.variables.map(({ name, parts }) => [name, (parts[0] as ResourceVariable).read()]),
    );
  }

  /** One update by the gradients of all weights, which stay the caller's. */
  apply(gradients: Readonly<Record<string, Tensor>>): void {
    this.step += 1;
    const powers = [tf.scalar(BETA1 ** this.step), tf.scalar(BETA2 ** this.step)];
    for (const { name, parts } of this.variables) {
      const [weight, ...moments] = parts;
      weight?.update('ResourceApplyAdam', moments, [...powers, ...this.scalars, gradients[name] as Tensor]);
    }
    tf.dispose(powers);
  }

  /** A copy of everything that a later start needs. */
  state(): AdamState {
    const copy = (part: number): NamedWeight[] =>
      this.variables.map(({ name, shape, parts }) => {
        const value = (parts[part] as ResourceVariable).read();
        const data = value.dataSync<'float32'>().slice();
        value.dispose();
        return { name, shape, data };
      });
    return { step: this.step, weights: copy(0), first: copy(1), second: copy(2) };
  }

  dispose(): void {
    for (const { parts } of this.variables) for (const part of parts) part.dispose();
    tf.dispose(this.scalars);
  }
}
