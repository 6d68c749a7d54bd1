// What the page finds in its window: the bridge, where a preload script put one.
import type { Bridge } from '../src-main/contract/wire';

declare global {
  interface Window {
    readonly bridge?: Bridge;
  }
}
