// What the first nodes of an ONNX graph tell of the range of its pixels.
import type { InputScaling } from '../../network';
import { scalingBefore } from '../scaling';
import { isConstant, type Operand } from './context';
import type { OnnxGraph } from './proto';

/** What constants right after the input tell of its range: x − mean, x / 255 and the like. */
export function scalingIn(
  graph: OnnxGraph,
  input: string,
  constants: ReadonlyMap<string, Operand | null>,
): InputScaling | null {
  let [scale, offset]: [number[], number[]] = [[1], [0]];
  let [at, found] = [input, false];
  for (let steps = 0; steps < 4; steps++) {
    const users = graph.nodes.filter(({ inputs }) => inputs.includes(at));
    const [user] = users;
    if (user === undefined || users.length !== 1) break;
    const other = constants.get(user.inputs.find((name) => name !== at) ?? '');
    const data = isConstant(other) && other.data.length <= 4 ? [...other.data] : null;
    const longest = Math.max(scale.length, data?.length ?? 1);
    const spread = (values: readonly number[]): number[] =>
      Array.from({ length: longest }, (_, i) => values[values.length === 1 ? 0 : i] ?? 0);
    const term = spread(data ?? [0]);
    if (user.kind === 'Transpose' || user.kind === 'Identity' || user.kind === 'Cast') {
      at = user.outputs[0] ?? '';
      continue;
    }
    if (data === null || user.inputs[0] !== at) break;
    const [before, shift] = [spread(scale), spread(offset)];
    if (user.kind === 'Sub') [scale, offset] = [before, shift.map((value, i) => value - (term[i] as number))];
    else if (user.kind === 'Add')
      [scale, offset] = [before, shift.map((value, i) => value + (term[i] as number))];
    else if (user.kind === 'Mul')
      [scale, offset] = [
        before.map((value, i) => value * (term[i] as number)),
        shift.map((value, i) => value * (term[i] as number)),
      ];
    else if (user.kind === 'Div')
      [scale, offset] = [
        before.map((value, i) => value / (term[i] as number)),
        shift.map((value, i) => value / (term[i] as number)),
      ];
    else break;
    found = true;
    at = user.outputs[0] ?? '';
  }
  return found ? scalingBefore(scale, offset) : null;
}
