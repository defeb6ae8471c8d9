/** The YAML library, loaded when the first document is read: most sessions begin without one. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The library's functions. */
export const yaml = (): typeof import('yaml') => require('yaml') as typeof import('yaml');
