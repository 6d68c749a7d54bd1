// Exactly which archives may be fetched: versions, sizes and checksums, by machine.

/** A wheel on the Python package index, of which only the C library and its headers are used. */
export interface WheelPin {
  readonly project: string;
  readonly version: string;
  /** The platform tag that pip is asked for, whatever it runs on. */
  readonly platform: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Libraries below `tensorflow/` in the wheel. */
  readonly libraries: readonly string[];
  /** Bytes of the libraries once unpacked. */
  readonly unpackedBytes: number;
}

/** A package on the npm registry that carries a prebuilt addon and an old libtensorflow. */
export interface NpmPin {
  readonly spec: string;
  readonly tensorflow: string;
  /** The sha512 of the registry's `dist.integrity`, in base64. */
  readonly integrity: string;
  readonly bytes: number;
  /** The brotli-compressed tar inside the package. */
  readonly member: string;
  /** The addon inside the tar's tfjs-node. */
  readonly addon: string;
  /** Names under which the addon looks for its libraries, by their names in the tar's `deps/lib`. */
  readonly libraries: Readonly<Record<string, string>>;
}

/** The archives that tfjs-node's own install script fetches. */
export interface VendorPin {
  readonly version: string;
  /** Of the archive, roughly: it differs from machine to machine. */
  readonly bytes: number;
  readonly machines: readonly string[];
}

export interface Pins {
  readonly wheels: Readonly<Partial<Record<string, WheelPin>>>;
  readonly npm: Readonly<Partial<Record<string, NpmPin>>>;
  readonly vendor: VendorPin;
}

const LINUX = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const MACOS = ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'];

export const PINS: Pins = {
  wheels: {
    'linux-x64': {
      project: 'tensorflow-cpu',
      version: '2.20.0',
      platform: 'manylinux2014_x86_64',
      sha256: 'cf756bbe2d256e942ab5d0ad2c858fb40017581494febdb4387c149b1afde780',
      bytes: 258_876_263,
      libraries: LINUX,
      unpackedBytes: 779_485_312,
    },
    'linux-arm64': {
      project: 'tensorflow',
      version: '2.20.0',
      platform: 'manylinux2014_aarch64',
      sha256: '3e9568c8efcb05c0266be223e3269c62ebf7ad3498f156438311735f6fa5ced5',
      bytes: 259_465_882,
      libraries: LINUX,
      unpackedBytes: 933_723_793,
    },
    'darwin-arm64': {
      project: 'tensorflow',
      version: '2.20.0',
      platform: 'macosx_12_0_arm64',
      sha256: '5f964016c5035d09b85a246a6b739be89282a7839743f3ea63640224f0c63aee',
      bytes: 200_507_363,
      libraries: MACOS,
      unpackedBytes: 703_369_060,
    },
  },
  npm: {
    'linux-x64': {
      spec: 'tfjs-node-lambda-releases@1.6.1',
      tensorflow: '1.15.0',
      integrity: 'D275PZpxsKenTuiPnvIE5T+D5JrT4aU9M3EDCedBQKlP0hUB7011Yzg8CAJ6MBIog9Lq90aaEair4yrBBlk61w==',
      bytes: 194_920_996,
      member: 'nodejs12.x-tf2.7.0.br',
      addon: 'lib/napi-v6/tfjs_binding.node',
      libraries: {
        'libtensorflow.so.1.15.0': 'libtensorflow.so.1',
        'libtensorflow_framework.so.1.15.0': 'libtensorflow_framework.so.1',
      },
    },
  },
  vendor: { version: '2.9.1', bytes: 80_000_000, machines: ['win32-x64', 'darwin-x64', 'linux-x64'] },
};
