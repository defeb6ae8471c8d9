/**
 * What form of answer a client accepts.
 * @source kubernetes/apiserver pkg/endpoints/handlers/negotiation/negotiate.go
 */
import type { TransformedForm } from '../api/wire.ts';
import { META_VERSIONS } from './meta-version.ts';

/** How an answer is to be written. */
export interface Accepted {
  readonly encoding: 'json' | 'yaml';
  readonly as?: TransformedForm;
  /** The version of these; absent = the newest. */
  readonly metaVersion?: string;
  /** Discovery of everything at once, in the version asked for. */
  readonly aggregated?: 'v2' | 'v2beta1';
}

const plain: Accepted = Object.freeze({ encoding: 'json' });
const known = new Map<string, Accepted | undefined>([['', plain], ['application/json', plain], ['*/*', plain]]);
/** Headers remembered; clients use a handful. */
const KNOWN_MAX = 200;

/** The first form of an Accept header that is served; undefined = none of them. */
export function accepted(header: string | undefined): Accepted | undefined {
  const text = header ?? '';
  if (known.has(text)) return known.get(text);
  const found = search(text);
  if (known.size < KNOWN_MAX) known.set(text, found);
  return found;
}

function search(header: string): Accepted | undefined {
  const clauses = header.split(',').map(clauseOf);
  clauses.sort((a, b) => b.quality - a.quality);
  for (const { type, parameters } of clauses) {
    const encoding = ['application/json', '*/*', 'application/*', 'text/plain', 'text/*'].includes(type) ? 'json' : type === 'application/yaml' ? 'yaml' : undefined;
    if (encoding === undefined) continue;
    const form = formOf(parameters);
    if (form !== undefined) return { encoding, ...form };
  }
  return undefined;
}

function clauseOf(text: string): { readonly type: string; readonly quality: number; readonly parameters: ReadonlyMap<string, string> } {
  const [type = '', ...rest] = text.split(';').map(part => part.trim());
  const parameters = new Map(rest.map((part): [string, string] => { const at = part.indexOf('='); return [part.slice(0, at), part.slice(at + 1)]; }));
  const quality = Number(parameters.get('q') ?? 1);
  return { type: type.toLowerCase(), quality: Number.isFinite(quality) ? quality : 1, parameters };
}

/** undefined = a transformation that nobody serves. */
function formOf(parameters: ReadonlyMap<string, string>): Omit<Accepted, 'encoding'> | undefined {
  const as = parameters.get('as');
  const group = parameters.get('g');
  const version = parameters.get('v');
  if (as === undefined) return {};
  if (as === 'APIGroupDiscoveryList') return group === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1') ? { aggregated: version } : undefined;
  if (group !== 'meta.k8s.io' || version === undefined || !META_VERSIONS.includes(version)) return undefined;
  const older = version === META_VERSIONS[0] ? {} : { metaVersion: version };
  if (as === 'Table') return { as, ...older };
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? { as, ...older } : undefined;
}
