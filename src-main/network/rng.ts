// Seeded random numbers: the same seed gives the same numbers on every machine.

/** A stream of reproducible random numbers. */
export interface Rng {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Standard normal cut at ±2 by drawing again, as TensorFlow's truncated_normal does. */
  truncatedNormal(): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** An independent stream for a named or numbered part of the work. */
  fork(part: number): Rng;
}

/** splitmix32 finaliser (Steele et al. 2014, 32-bit variant): spreads nearby seeds far apart. */
function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/**
 * A generator of 32-bit seeds' worth of state: sfc32 (Doty-Humphrey, PractRand), 128 bits of state.
 * `seed` is any whole number from 0 to 2^32 − 1.
 */
export function createRng(seed: number): Rng {
  let a = mix(seed);
  let b = mix(a ^ 0x5bf03635);
  let c = mix(b ^ 0x9e3779b9);
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();

  const uniform = (): number => next() / 4294967296;
  const normal = (): number => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
  const truncatedNormal = (): number => {
    for (;;) {
      const value = normal();
      if (Math.abs(value) <= 2) return value;
    }
  };
  return {
    uniform,
    normal,
    truncatedNormal,
    below: (n) => Math.floor(uniform() * n),
    fork: (part) => createRng(mix(seed ^ mix(part + 1))),
  };
}
