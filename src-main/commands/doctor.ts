// filterscope doctor: what was found of TensorFlow, the machine and the folders. It fetches nothing.
import { examine, library } from '../native/examine';
import { shippedModel } from '../resources';
import { APP_VERSION } from '../version';
import type { Console } from './console';

export async function doctor(out: Console): Promise<void> {
  const facts = [
    { name: 'Filterscope', value: APP_VERSION },
    ...(await examine(shippedModel(), await library())),
  ];
  for (const { name, value } of facts) out.say(`${name.padEnd(14)} ${value}`);
  out.result(Object.fromEntries(facts.map(({ name, value }) => [name, value])));
}
