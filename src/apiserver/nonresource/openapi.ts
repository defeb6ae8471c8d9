/**
 * What the server says of its kinds in OpenAPI v3: one document per group and version, and an index of them.
 *
 * @source kubernetes/kube-openapi pkg/handler3/handler.go, kubernetes/apiserver pkg/endpoints/installer.go
 * @fidelity simplified: operations name their kind, action and query parameters only; every type of a document stands under the version of that document
 */
import { hashText } from '../../base/prng.ts';
import type { ApiGroup } from '../../api/scheme.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { schemaRoots, schemaTypes } from '../../api/schema.generated.ts';
import { mergeStrategy } from '../../api/patch/merge-keys.ts';
import { TYPE_FIELDS } from '../../api/type-fields.ts';
import { GIT_VERSION } from '../config.ts';
import { servedGroups } from '../resources.ts';
import type { ServerState } from '../state.ts';

const TITLE = 'Kubernetes';
/** Types of the machinery: those that every group shares. */
const META_TYPES: readonly string[] = ['ObjectMeta', 'ListMeta', 'OwnerReference', 'ManagedFieldsEntry', 'LabelSelector', 'LabelSelectorRequirement', 'Condition', 'FieldSelectorRequirement', 'DeleteOptions', 'Preconditions'];
const scalars: Readonly<Record<string, object>> = {
  s: { type: 'string' }, i: { type: 'integer', format: 'int32' }, l: { type: 'integer', format: 'int64' }, f: { type: 'number', format: 'double' }, b: { type: 'boolean' },
  q: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity' }, x: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
  t: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Time' }, u: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime' },
  fieldsV1: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1' },
  y: { type: 'string', format: 'byte' }, o: { type: 'object' },
};
/** The one structure without a schema. */
const FIELDS_V1 = 'fieldsV1';
const wellKnown: Readonly<Record<string, object>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': { type: 'object' },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': { type: 'string', format: 'date-time' },
};

/** `apps.DeploymentSpec` in the documents of version v1 → `io.k8s.api.apps.v1.DeploymentSpec`. */
function componentName(type: string, version: string): string {
  if (META_TYPES.includes(type)) return `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;
  const dot = type.lastIndexOf('.');
  return dot < 0 ? `io.k8s.api.core.v1.${type}` : `io.k8s.api.${type.slice(0, dot)}.${version}.${type.slice(dot + 1)}`;
}

/** Type of a component, the inverse of `componentName`; for those who add descriptions. */
export function typeOfComponent(name: string): string {
  const [, group = '', type = ''] = /^io\.k8s\.(?:api|apimachinery\.pkg\.apis)\.([\w.]+)\.v\d\w*\.(\w+)$/.exec(name) ?? [];
  return group === 'core' || group === 'meta' ? type : `${group}.${type}`;
}

interface Schemas { readonly version: string; readonly made: Record<string, object> }

function schemaOf(code: string, schemas: Schemas): object {
  if (code.startsWith('[]')) return { type: 'array', items: schemaOf(code.slice(2), schemas) };
  if (code.startsWith('{}')) return { type: 'object', additionalProperties: schemaOf(code.slice(2), schemas) };
  if (code.startsWith('#')) return { $ref: `#/components/schemas/${addType(code.slice(1), schemas)}` };
  const schema = scalars[code] ?? { type: 'object' };
  const ref = (schema as { readonly $ref?: string }).$ref?.slice('#/components/schemas/'.length);
  if (ref !== undefined) schemas.made[ref] ??= wellKnown[ref] ?? {};
  return schema;
}

function addType(type: string, schemas: Schemas): string {
  const name = componentName(type, schemas.version);
  if (name in schemas.made) return name;
  schemas.made[name] = {};
  const required: string[] = [];
  const properties: Record<string, object> = {};
  for (const [field, marked] of Object.entries(schemaTypes[type] ?? {})) {
    // Whoever writes an object may leave its type out, as far as this document goes.
    const own = schemaTypes[type]?.['metadata'] === undefined ? undefined : TYPE_FIELDS[field];
    if (marked.startsWith('!') && own === undefined) required.push(field);
    const plain = schemaOf(field === 'fieldsV1' ? FIELDS_V1 : marked.startsWith('!') ? marked.slice(1) : marked, schemas);
    const schema = own === undefined ? plain : { description: own, ...plain };
    const { merge, key, retainKeys } = mergeStrategy(type, field);
    const strategy = [...(merge ? ['merge'] : []), ...(retainKeys ? ['retainKeys'] : [])].join(',');
    const extensions = { ...(strategy === '' ? {} : { 'x-kubernetes-patch-strategy': strategy }), ...(key === '' ? {} : { 'x-kubernetes-patch-merge-key': key }) };
    properties[field] = '$ref' in schema ? { allOf: [schema], ...extensions } : { ...schema, ...extensions };
  }
  schemas.made[name] = { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
  return name;
}

const parameter = (name: string, type: string): object => ({ in: 'query', name, schema: { type } });
const writing = [parameter('dryRun', 'string'), parameter('fieldManager', 'string'), parameter('fieldValidation', 'string'), parameter('pretty', 'string')];
const listing = [parameter('continue', 'string'), parameter('fieldSelector', 'string'), parameter('labelSelector', 'string'), parameter('limit', 'integer'), parameter('resourceVersion', 'string'), parameter('watch', 'boolean')];

interface Operation { readonly method: string; readonly action: string; readonly parameters: readonly object[] }
const onCollection: readonly (Operation & { readonly verb: string })[] = [
  { verb: 'list', method: 'get', action: 'list', parameters: listing }, { verb: 'create', method: 'post', action: 'post', parameters: writing },
  { verb: 'deletecollection', method: 'delete', action: 'deletecollection', parameters: listing },
];
const onObject: readonly (Operation & { readonly verb: string })[] = [
  { verb: 'get', method: 'get', action: 'get', parameters: [parameter('pretty', 'string')] }, { verb: 'update', method: 'put', action: 'put', parameters: writing },
  { verb: 'patch', method: 'patch', action: 'patch', parameters: [...writing, parameter('force', 'boolean')] }, { verb: 'delete', method: 'delete', action: 'delete', parameters: writing },
];

function operations(descriptor: ResourceDescriptor, list: readonly (Operation & { readonly verb: string })[], scope: string): object {
  const { group, version, kind } = descriptor;
  const served: readonly string[] = descriptor.verbs ?? [...onCollection, ...onObject].map(({ verb }) => verb);
  return Object.fromEntries(list.filter(({ verb }) => served.includes(verb)).map(({ method, action, parameters }) => [method, {
    operationId: `${action}${scope}${kind}`, parameters, 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {},
  }]));
}

function pathsOf(descriptor: ResourceDescriptor): Record<string, object> {
  const base = descriptor.group === '' ? `/api/${descriptor.version}` : `/apis/${descriptor.group}/${descriptor.version}`;
  const { plural } = descriptor;
  if (!descriptor.namespaced) return { [`${base}/${plural}`]: operations(descriptor, onCollection, ''), [`${base}/${plural}/{name}`]: operations(descriptor, onObject, '') };
  return {
    [`${base}/${plural}`]: operations(descriptor, onCollection.slice(0, 1), 'AllNamespaces'),
    [`${base}/namespaces/{namespace}/${plural}`]: operations(descriptor, onCollection, 'Namespaced'),
    [`${base}/namespaces/{namespace}/${plural}/{name}`]: operations(descriptor, onObject, 'Namespaced'),
  };
}

/** @source kubernetes/apiextensions-apiserver pkg/controller/openapi/builder/builder.go */
function addCustom({ group, kind, version, schema }: ResourceDescriptor, schemas: Schemas): void {
  if (schema === undefined) return;
  const name = `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  const { properties = {} } = schema as { readonly properties?: object };
  const metadata = { description: 'Name, namespace, labels and everything else that all objects have in common.', allOf: [{ $ref: `#/components/schemas/${addType('ObjectMeta', schemas)}` }] };
  schemas.made[name] = {
    ...schema, properties: { apiVersion: { description: TYPE_FIELDS['apiVersion'], type: 'string' }, kind: { description: TYPE_FIELDS['kind'], type: 'string' }, ...properties, metadata }, 'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
}

function documentOf(descriptors: readonly ResourceDescriptor[], version: string): object {
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
function index(groups: readonly ApiGroup[]): object {
  const paths: Record<string, object> = {};
  for (const { group, versions } of groups) {
    for (const { version, resources } of versions) {
      const path = groupPath(group, version);
      const kinds = resources.map(({ kind, plural, schema }) => `${kind}/${plural}${schema === undefined ? '' : JSON.stringify(schema)}`).join(' ');
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashText(`${GIT_VERSION} ${kinds}`).toString(16).toUpperCase().padStart(8, '0')}` };
    }
  }
  return { paths };
}

/** The body of a path below `/openapi`; undefined = no such path. */
export function openApiBody(state: ServerState, path: string): object | undefined {
  const groups = servedGroups(state);
  if (path === '/openapi/v2') return { swagger: '2.0', info: { title: TITLE, version: GIT_VERSION }, paths: {}, definitions: {} };
  if (path === '/openapi/v3') return index(groups);
  for (const { group, versions } of groups) {
    for (const { version, resources } of versions) if (path === `/openapi/v3/${groupPath(group, version)}`) return documentOf(resources, version);
  }
  return undefined;
}
