// A layer's configuration as Keras writes it, read value by value with its kind checked.
import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;
const pairSchema = z.tuple([z.int().min(0), z.int().min(0)]);
const intsSchema = z.array(z.int());

/** An object's own entry: what a file names `__proto__` or `constructor` finds nothing. */
export const own = (values: Json, key: string): unknown =>
  Object.hasOwn(values, key) ? values[key] : undefined;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class Settings {
  private readonly values: Json;

  constructor(values: Json) {
    this.values = values;
  }

  /** The same with one value replaced. */
  with(key: string, value: unknown): Settings {
    return new Settings({ ...this.values, [key]: value });
  }

  raw(key: string): unknown {
    return own(this.values, key);
  }

  /** A value of the file by a schema. Throws a RangeError that says which value cannot be. */
  private checked<T>(key: string, value: unknown, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new RangeError(
      `its ${key} is ${value === null ? 'missing' : JSON.stringify(value).slice(0, 60)}, which cannot be`,
    );
  }

  /** The value of that name; the fallback where the file has none or null. */
  private get<T>(key: string, schema: z.ZodType<T>, fallback: T | undefined): T {
    const value: unknown = own(this.values, key) ?? null;
    return value === null && fallback !== undefined ? fallback : this.checked(key, value, schema);
  }

  text(key: string, fallback?: string): string {
    return this.get(key, z.string(), fallback);
  }

  flag(key: string, fallback: boolean): boolean {
    return this.get(key, z.boolean(), fallback);
  }

  number(key: string, fallback?: number): number {
    const value = own(this.values, key);
    // Keras' NumPy numbers: { class_name: '__numpy__', config: { value } }, and lists of one
    if (Array.isArray(value) && value.length === 1) return this.checked(key, value[0], z.number());
    if (isObject(value) && isObject(value.config))
      return this.checked(key, own(value.config, 'value') ?? null, z.number());
    return this.get(key, z.number(), fallback);
  }

  int(key: string, fallback?: number): number {
    return this.get(key, z.int(), fallback);
  }

  /** [rows, columns]; one number stands for both. */
  pair(key: string, fallback?: readonly [number, number]): [number, number] {
    const value = own(this.values, key);
    if (typeof value === 'number') return this.checked(key, [value, value], pairSchema);
    if (Array.isArray(value) && value.length === 1)
      return this.checked(key, [value[0], value[0]], pairSchema);
    return this.get<[number, number]>(key, pairSchema, fallback === undefined ? undefined : [...fallback]);
  }

  /** A pair within a list of pairs. */
  nested(key: string, index: number): [number, number] {
    const value = own(this.values, key);
    return new Settings({ [key]: Array.isArray(value) ? (value[index] as unknown) : undefined }).pair(key);
  }

  ints(key: string, fallback?: readonly number[]): number[] {
    const value = own(this.values, key);
    if (typeof value === 'number') return [this.int(key)];
    return this.get(key, intsSchema, fallback === undefined ? undefined : [...fallback]);
  }

  /** A list of numbers, however deep they stand; null where there is none. */
  numbers(key: string): number[] | null {
    const value = own(this.values, key) ?? null;
    if (value === null) return null;
    if (typeof value === 'number') return [value];
    if (isObject(value) && isObject(value.config)) return new Settings(value.config).numbers('value');
    if (!Array.isArray(value)) throw new RangeError(`its ${key} is no list of numbers`);
    return this.checked(key, value.flat(8), z.array(z.number()));
  }
}
