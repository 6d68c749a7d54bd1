// TensorFlow's operators of one tensor that work element by element.
import type { Activation, PlainActivation } from '../../activations';
import type { Operation } from '../../network';

export const of = (activation: Activation): Operation => ({ op: 'activation', activation });
const plain = (name: PlainActivation): Operation => of({ name });
export const rectified = (slope: number, max: number): Operation =>
  of({ name: 'rectified', slope, max, threshold: 0 });

export const UNARY: Readonly<Record<string, Operation>> = {
  ...{
    Identity: { op: 'identity' },
    StopGradient: { op: 'identity' },
    Cast: { op: 'identity' },
    Relu: { op: 'relu' },
  },
  ...{
    Relu6: rectified(0, 6),
    Elu: of({ name: 'elu', alpha: 1 }),
    Sigmoid: plain('sigmoid'),
    Tanh: plain('tanh'),
  },
  ...{
    Softplus: plain('softplus'),
    Softsign: plain('softsign'),
    Exp: plain('exponential'),
    Log: plain('log'),
  },
  ...{
    Sqrt: plain('squareRoot'),
    Rsqrt: plain('reciprocalRoot'),
    Square: plain('square'),
    Abs: plain('absolute'),
  },
  ...{
    Neg: plain('negative'),
    Erf: plain('erf'),
    Reciprocal: plain('reciprocal'),
    Sin: plain('sine'),
    Cos: plain('cosine'),
  },
  // what the converter's remapper makes of x·relu6(x + 3)/6 behind a convolution
  _FusedHardSwish: plain('hardSilu'),
  Selu: of({ name: 'selu', alpha: 1.6732632423543772, gamma: 1.0507009873554805 }),
};
