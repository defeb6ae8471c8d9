/** The YAML library, loaded when the first document is read: most sessions begin without one. */
import { createRequire } from 'node:module';
import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from 'yaml';

const require = createRequire(import.meta.url);

/** The library's functions. */
export const yaml = (): typeof import('yaml') => require('yaml') as typeof import('yaml');

interface Tagged { readonly tag: string; readonly format?: string; readonly test?: RegExp }

/** Numbers need a digit before anything else: `E2` and `.` are texts. @source sigs.k8s.io/yaml goyaml.v2/resolve.go (yamlStyleFloat) */
const FLOATS: Readonly<Record<string, RegExp>> = { EXP: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)[eE][-+]?[0-9]+$/, '': /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*)$/ };

function asWritten(tag: Tagged): Tagged {
  const test = tag.tag === 'tag:yaml.org,2002:float' && tag.test?.test('.inf') !== true ? FLOATS[tag.format ?? ''] : undefined;
  return test === undefined ? tag : { ...tag, test };
}

/**
 * How Kubernetes reads YAML: version 1.1 without dates and sexagesimal numbers, so that `2026-01-01` and `22:22` are texts; of two equal keys the last one wins.
 *
 * @source sigs.k8s.io/yaml goyaml.v2/resolve.go, goyaml.v2/decode.go (scalar: "It looks like a timestamp but for backward compatibility reasons we set it as a string")
 */
export const AS_KUBERNETES = Object.freeze({
  version: '1.1', uniqueKeys: false, prettyErrors: false,
  customTags: (tags: Tags): Tags => tags.filter(tag => typeof tag === 'string' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && (tag as Tagged).format !== 'TIME')).map(tag => (typeof tag === 'string' ? tag : asWritten(tag) as typeof tag)),
}) satisfies ParseOptions & DocumentOptions & SchemaOptions;
