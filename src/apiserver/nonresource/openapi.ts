/**
 * What the server says of its kinds: in OpenAPI v3 one document per group and version, and an index of them; in v2 one for all. What other servers serve is in
 * the index, and asked of them.
 *
 * @source kubernetes/kube-openapi pkg/handler3/handler.go, kubernetes/apiserver pkg/endpoints/installer.go
 */
import { hashText } from '../../base/prng.ts';
import type { ApiGroup } from '../../api/scheme.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { type Document, inVersion2 } from '../../api/openapi/version-2.ts';
import { addType, pathsOf, type Schemas } from '../../api/openapi/components.ts';
import { schemaRoots } from '../../api/schema.generated.ts';
import { TYPE_FIELDS } from '../../api/type-fields.ts';
import { GIT_VERSION } from '../config.ts';
import { reviews } from '../registry/reviews.ts';
import { servedGroups } from '../resources.ts';
import type { ServerState } from '../state.ts';

const TITLE = 'Kubernetes';

/** What a document needs of a kind. */
type Told = Pick<ResourceDescriptor, 'group' | 'version' | 'kind' | 'plural' | 'namespaced' | 'verbs' | 'schema'>;

/** Groups of kinds that are answered and never stored. */
const REVIEW_GROUPS = ['authentication.k8s.io', 'authorization.k8s.io'] as const;
const toldReviews = REVIEW_GROUPS.map((group): readonly Told[] => reviews.filter(review => review.group === group).map(({ kind, plural, namespaced, version }) => ({ group, version, kind, plural, namespaced, verbs: ['create'] })));

interface ToldGroup { readonly group: string; readonly versions: readonly { readonly version: string; readonly resources: readonly Told[] }[] }
const told = (groups: readonly ApiGroup[]): readonly ToldGroup[] => [...groups, ...REVIEW_GROUPS.map((group, i) => ({ group, versions: [{ version: 'v1', resources: toldReviews[i] ?? [] }] }))];

/** @source kubernetes/apiextensions-apiserver pkg/controller/openapi/builder/builder.go */
function addCustom({ group, kind, version, schema }: Told, schemas: Schemas): void {
  if (schema === undefined) return;
  const name = `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  const { properties = {} } = schema as { readonly properties?: object };
  const metadata = { description: 'Name, namespace, labels and everything else that all objects have in common.', allOf: [{ $ref: `#/components/schemas/${addType('ObjectMeta', schemas)}` }] };
  schemas.made[name] = {
    ...schema, properties: { apiVersion: { description: TYPE_FIELDS['apiVersion'], type: 'string' }, kind: { description: TYPE_FIELDS['kind'], type: 'string' }, ...properties, metadata }, 'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
}

function documentOf(descriptors: readonly Told[], version: string): object {
  const schemas: Schemas = { version, made: {} };
  const paths: Record<string, object> = {};
  for (const descriptor of descriptors) {
    Object.assign(paths, pathsOf(descriptor));
    const { group, kind } = descriptor;
    const root = schemaRoots[`${apiVersionOf(descriptor)}/${kind}`];
    if (root === undefined) { addCustom(descriptor, schemas); continue; }
    const name = addType(root, schemas);
    schemas.made[name] = { ...schemas.made[name], 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
  }
  return { openapi: '3.0.0', info: { title: TITLE, version: GIT_VERSION }, paths, components: { schemas: schemas.made } };
}

const groupPath = (group: string, version: string): string => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

/** The index: where the document of each group and version is, under an address that changes with its content. */
function index(groups: readonly ApiGroup[], { aggregation }: ServerState): object {
  const paths: Record<string, object> = {};
  const add = (path: string, content: string): void => { paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashText(`${GIT_VERSION} ${content}`).toString(16).toUpperCase().padStart(8, '0')}` }; };
  for (const { group, versions } of told(groups)) {
    for (const { version, resources } of versions) add(groupPath(group, version), resources.map(({ kind, plural, schema }) => `${kind}/${plural}${schema === undefined ? '' : JSON.stringify(schema)}`).join(' '));
  }
  for (const { group, version, resources, isAvailable } of aggregation.remotes.values()) {
    if (isAvailable && resources !== undefined) add(groupPath(group, version), resources.map(({ kind, name }) => `${kind}/${name}`).join(' '));
  }
  return { paths };
}

/** The document of one version of a group, made at the first question. */
const documents = new WeakMap<readonly Told[], object>();

function knownDocument(resources: readonly Told[], version: string): object {
  let document = documents.get(resources);
  if (document === undefined) documents.set(resources, (document = documentOf(resources, version)));
  return document;
}

/** Versions of other servers whose documents are part of the one for all. */
export function remoteDocuments({ aggregation }: ServerState): readonly { readonly group: string; readonly version: string }[] {
  return [...aggregation.remotes.values()].filter(({ isAvailable, resources }) => isAvailable && resources !== undefined).map(({ group, version }) => ({ group, version }));
}

interface Whole { readonly others: readonly object[]; readonly body: object }
const wholes = new WeakMap<readonly ApiGroup[], Whole>();

/** The document of OpenAPI v2; `others`: what other servers say of their versions in v3. Made anew only when one of the parts is new. */
export function openApiV2(state: ServerState, others: readonly object[]): object {
  const groups = servedGroups(state);
  let whole = wholes.get(groups);
  if (whole?.others.length !== others.length || others.some((other, i) => other !== whole?.others[i])) {
    const own = told(groups).flatMap(({ versions }) => versions.map(({ version, resources }) => knownDocument(resources, version)));
    whole = { others, body: Object.freeze({ swagger: '2.0', info: { title: TITLE, version: GIT_VERSION }, ...inVersion2([...own, ...others] as readonly Document[]) }) };
    wholes.set(groups, whole);
  }
  return whole.body;
}

/** The body of a path below `/openapi/v3`; undefined = no such path. */
export function openApiBody(state: ServerState, path: string): object | undefined {
  const groups = servedGroups(state);
  if (path === '/openapi/v3') return index(groups, state);
  for (const { group, versions } of told(groups)) {
    for (const { version, resources } of versions) if (path === `/openapi/v3/${groupPath(group, version)}`) return knownDocument(resources, version);
  }
  return undefined;
}
