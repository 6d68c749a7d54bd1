// What the app says of itself: licences of what it is made of, the state of the machine, a report of an error.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, release, totalmem } from 'node:os';
import manifest from '../../package.json';
import type { Fact } from '../native/examine';
import { resourceFolder } from '../resources';
import { APP_VERSION } from '../version';
import type { Log } from './log';

export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Packages that are part of the app though package.json does not name them as dependencies: the build takes them in. */
const BUNDLED = [
  ...['vue', 'pinia', 'uplot', 'electron'],
  ...['simple-statistics', 'ml-hclust', 'ml-matrix', 'ml-distance-matrix', 'ml-distance-euclidean', 'heap'],
];

/** The packages that the app is made of, with the licence that each states; those not installed are left out. */
export function licences(): Licence[] {
  const require = createRequire(import.meta.url);
  const names = [...Object.keys(manifest.dependencies), ...BUNDLED].sort();
  const found = names.flatMap((name): Licence[] => {
    for (const folder of require.resolve.paths(name) ?? []) {
      try {
        const about = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as {
          version?: string;
          license?: string;
        };
        return [{ name, version: about.version ?? '', licence: about.license ?? 'see its LICENSE' }];
      } catch {
        // not in this folder: node looks in the next one too
      }
    }
    return [];
  });
  const tensorflow = { name: 'TensorFlow (libtensorflow)', version: '', licence: 'Apache-2.0' };
  return [...found, tensorflow];
}

/** Facts of the app's own process and folders, at hand without the engine, which knows the rest. */
export function machineFacts(dataFolder: string, host: string): Fact[] {
  const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return [
    { name: 'Filterscope', value: `${APP_VERSION}, ${host}` },
    { name: 'System', value: `${platform()} ${release()}, ${arch()}, ${mega(totalmem())}` },
    { name: 'App process', value: `Node ${process.versions.node}, ${mega(process.memoryUsage.rss())}` },
    { name: 'Data folder', value: dataFolder },
    { name: 'Resources', value: resourceFolder() },
  ];
}

/** The app's own facts and the engine's, each thing said once. */
export const allFacts = (own: readonly Fact[], engines: readonly Fact[]): Fact[] => [
  ...own,
  ...engines.filter(({ name }) => own.every((fact) => fact.name !== name)),
];

/** A text to be copied into a report: facts of the machine and the end of the log, without the user's name. */
export function errorReport(facts: readonly Fact[], log: Log): string {
  const home = process.env['HOME'] ?? process.env['USERPROFILE'] ?? '';
  const lines = [...facts.map(({ name, value }) => `${name}: ${value}`), '', 'Log:', ...log.tail(80)];
  const text = lines.join('\n');
  return home.length > 1 ? text.replaceAll(home, '~') : text;
}
