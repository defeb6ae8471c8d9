import { readFileSync } from 'node:fs';

/** The package's version, read from its package.json. */
export function programVersion(): string {
  for (const relative of ['../../../package.json', '../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(relative, import.meta.url), 'utf8')) as { version: string };
      return version;
    } catch { /* the other place */ continue; }
  }
  return 'unknown';
}
