// The two parts of a TensorFlow.js model: model.json and its weights in shards, quantised ones too.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../contract/errors';
import type { ModelFiles } from './files';
import { refuseJson } from './refusals';
import { elementsOf, parseJson, sizeOf, toFloat32, type Weight } from './weights';

const REMEDY = 'Copy the whole model folder again: model.json and every file of weights beside it.';

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.string(),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      min: z.number().optional(),
      scale: z.number().optional(),
    })
    .optional(),
});
type WeightSpec = z.infer<typeof weightSchema>;

const modelSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z
    .array(
      z.object({ paths: z.array(z.string().regex(/^(?!\.\.?$)[^/\\]+$/)), weights: z.array(weightSchema) }),
    )
    .default([]),
  userDefinedMetadata: z.unknown().optional(),
  signature: z.unknown().optional(),
});

export interface TfjsModel {
  readonly name: string;
  readonly sha256: string;
  readonly topology: Readonly<Record<string, unknown>>;
  readonly format: string | null;
  readonly signature: unknown;
  readonly weights: ReadonlyMap<string, Weight & { readonly type: string }>;
}

/** Bytes that a weight takes in its shard; null for text, whose length stands in the shard. */
function bytesOf({ name, shape, dtype, quantization }: WeightSpec): number {
  const size = sizeOf(quantization?.dtype ?? dtype);
  if (size === undefined) {
    throw new UserError(
      `Weight ${name} is of type ${dtype}, which holds no numbers.`,
      'Convert the model again without it.',
    );
  }
  try {
    return elementsOf(shape) * size;
  } catch (cause) {
    throw new UserError(`Weight ${name} has the shape ${shape.join('×')}.`, REMEDY, { cause });
  }
}

/** Affine quantisation: value = stored·scale + min (tfjs-core/src/io/io_utils.ts). */
function decoded(spec: WeightSpec, bytes: Uint8Array): Float32Array {
  const { dtype, quantization } = spec;
  if (quantization === undefined) return toFloat32(bytes, dtype);
  const stored = toFloat32(bytes, quantization.dtype);
  if (quantization.dtype === 'float16') return stored;
  const { min = 0, scale = 1 } = quantization;
  return stored.map((value) => value * scale + min);
}

/** Reads both parts. Throws a UserError that says which part was wrong. */
export async function readTfjs(files: ModelFiles, json: string): Promise<TfjsModel> {
  const text = await files.read(json);
  const content = parseJson(text, json);
  const parsed = modelSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuseJson(content, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, json);
  }
  const { modelTopology, weightsManifest, format, signature } = parsed.data;
  const hash = createHash('sha256').update(text);
  const weights = new Map<string, Weight & { type: string }>();
  for (const group of weightsManifest) {
    const shards: Buffer[] = [];
    for (const path of group.paths) {
      if (!files.names.includes(path)) throw new UserError(`The weights file ${path} is missing.`, REMEDY);
      shards.push(await files.read(path));
    }
    const [first] = shards;
    const bytes = shards.length === 1 && first !== undefined ? first : Buffer.concat(shards);
    hash.update(bytes);
    const total = group.weights.reduce((sum, spec) => sum + bytesOf(spec), 0);
    if (total !== bytes.length) {
      throw new UserError(`The weights take ${bytes.length} bytes; ${json} describes ${total}.`, REMEDY);
    }
    let at = 0;
    for (const spec of group.weights) {
      const size = bytesOf(spec);
      weights.set(spec.name, {
        shape: spec.shape,
        type: spec.dtype,
        data: decoded(spec, bytes.subarray(at, at + size)),
      });
      at += size;
    }
  }
  return {
    ...{ name: files.name, sha256: hash.digest('hex'), topology: modelTopology, signature, weights },
    format: format ?? null,
  };
}
