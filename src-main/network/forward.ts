// By what the rest of the program evaluates a network: whole layers, and single units.
export { forward, forwardAll } from './evaluation';
export { unitFeatures, unitPreActivations, unitWeights, type UnitWeights } from './units';
