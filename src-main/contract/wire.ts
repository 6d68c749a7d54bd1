// How calls, replies and events travel between the page and its host: shapes, and MessagePack for the loopback host.
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';
import type { CallInput, CallName, CallOutput } from './calls';
import type { EventData, EventName } from './events';

/** What a call comes back as, in every host. */
export type Reply<N extends CallName = CallName> =
  | { readonly ok: true; readonly value: CallOutput<N> }
  | { readonly ok: false; readonly error: { readonly message: string; readonly remedy: string } };

/** An event as it is sent. */
export interface Sent<N extends EventName = EventName> {
  readonly name: N;
  readonly data: EventData<N>;
}

/** What the page has of its host: `window.bridge` from the preload script, or the same over loopback. */
export interface Bridge {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Reply<N>>;
  /** Listens until the returned function is called. */
  on(listener: (event: Sent) => void): () => void;
}

/** Float32Array as extension 1: little-endian bytes, as every platform of Electron has them. */
const codec = new ExtensionCodec();
codec.register({
  type: 1,
  encode: (value) =>
    value instanceof Float32Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
  // the bytes are copied out: a view at an odd offset could not be read as floats
  decode: (bytes) => new Float32Array(new Uint8Array(bytes).buffer),
});

/** Positions and indices: what MessagePack would turn into plain bytes. */
const integers = [
  [2, Uint16Array],
  [3, Uint32Array],
] as const;
for (const [type, Kind] of integers) {
  codec.register({
    type,
    encode: (value) =>
      value instanceof Kind ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    decode: (bytes) => new Kind(new Uint8Array(bytes).buffer),
  });
}

export const packWire = (value: unknown): Uint8Array<ArrayBuffer> =>
  encode(value, { extensionCodec: codec, ignoreUndefined: true });

/** The value that was packed; `undefined` alone comes back as null. Throws for bytes that are no MessagePack. */
export const unpackWire = (bytes: Uint8Array): unknown => decode(bytes, { extensionCodec: codec });
