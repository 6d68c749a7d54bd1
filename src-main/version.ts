// The app's version, from package.json.
import manifest from '../package.json';

export const APP_VERSION = manifest.version;
