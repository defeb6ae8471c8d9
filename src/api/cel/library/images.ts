/** References of images. @source kubernetes/apiserver pkg/cel/library/image.go, google/go-containerregistry pkg/name */
import type { Environment } from '@marcbachmann/cel-js';
import type { Add } from './library.ts';

/** A reference by its parts; either a tag or a digest. */
class CelImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  constructor({ registry, repository, tag = '', digest = '' }: { readonly registry: string; readonly repository: string; readonly tag?: string; readonly digest?: string }) {
    this.registry = registry;
    this.repository = repository;
    this.tag = tag;
    this.digest = digest;
  }
}

const DEFAULT_REGISTRY = 'index.docker.io';
const REPOSITORY = /^[a-z0-9_./-]{2,255}$/;
const TAG = /^[\w.-]{1,128}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REGISTRY = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d*)?$/;

function repositoryOf(name: string): { readonly registry: string; readonly repository: string } | undefined {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const path = hasRegistry ? name.slice(slash + 1) : name;
  if (!REPOSITORY.test(path) || path.startsWith('/') || path.includes('//') || (hasRegistry && !REGISTRY.test(first))) return undefined;
  const registry = !hasRegistry || first === 'docker.io' ? DEFAULT_REGISTRY : first;
  return { registry, repository: registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path };
}

/** What stands before the tag, and the tag. */
function tagged(name: string): readonly [base: string, tag: string] {
  const colon = name.lastIndexOf(':');
  return colon < 0 || name.includes('/', colon) ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)];
}

function parse(text: string): CelImage | undefined {
  const [base, tag] = tagged(text);
  const plain = repositoryOf(base);
  if (plain !== undefined && (tag === '' ? base === text : TAG.test(tag))) return new CelImage({ ...plain, tag: tag === '' ? 'latest' : tag });
  const [named = '', digest = '', ...more] = text.split('@');
  const of = more.length > 0 || !DIGEST.test(digest) ? undefined : repositoryOf(tagged(named)[0]);
  return of === undefined ? undefined : new CelImage({ ...of, digest });
}

function read(text: string): CelImage {
  const image = parse(text);
  if (image === undefined) throw new Error(`could not parse reference: ${text}`);
  return image;
}

/** Adds the type and its functions. */
export function registerImages(environment: Environment, add: Add): void {
  environment.registerType('Image', CelImage);
  environment.registerOperator('Image == Image', (a: CelImage, b: CelImage) => a.registry === b.registry && a.repository === b.repository && a.tag === b.tag && a.digest === b.digest);
  add('image(string): Image', read);
  add('isImage(string): bool', (text: string) => parse(text) !== undefined);
  add('Image.containsDigest(): bool', ({ digest }: CelImage) => digest !== '');
  add('Image.registry(): string', ({ registry }: CelImage) => registry);
  add('Image.repository(): string', ({ repository }: CelImage) => repository);
  add('Image.identifier(): string', ({ tag, digest }: CelImage) => digest || tag);
  add('Image.tag(): string', ({ tag }: CelImage) => tag);
  add('Image.digest(): string', ({ digest }: CelImage) => digest);
}
