/**
 * Types of the API as components of an OpenAPI v3 document, and the paths of kinds.
 *
 * @source kubernetes/kube-openapi pkg/builder3/openapi.go, kubernetes/apiserver pkg/endpoints/installer.go
 * @fidelity simplified: operations name their kind, action and query parameters only; every type of a document stands under the version of that document
 */
import { mergeStrategy } from '../patch/merge-keys.ts';
import type { ResourceDescriptor } from '../resource.ts';
import { schemaTypes } from '../schema.generated.ts';
import { TYPE_FIELDS } from '../type-fields.ts';

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

/** Components of one document, as they are made. */
export interface Schemas { readonly version: string; readonly made: Record<string, object> }

function schemaOf(code: string, schemas: Schemas): object {
  if (code.startsWith('[]')) return { type: 'array', items: schemaOf(code.slice(2), schemas) };
  if (code.startsWith('{}')) return { type: 'object', additionalProperties: schemaOf(code.slice(2), schemas) };
  if (code.startsWith('#')) return { $ref: `#/components/schemas/${addType(code.slice(1), schemas)}` };
  const schema = scalars[code] ?? { type: 'object' };
  const ref = (schema as { readonly $ref?: string }).$ref?.slice('#/components/schemas/'.length);
  if (ref !== undefined) schemas.made[ref] ??= wellKnown[ref] ?? {};
  return schema;
}

/** Adds a type and all that it is made of. @returns the name of its component */
export function addType(type: string, schemas: Schemas): string {
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

function operations(descriptor: Pick<ResourceDescriptor, 'group' | 'version' | 'kind' | 'verbs'>, list: readonly (Operation & { readonly verb: string })[], scope: string): object {
  const { group, version, kind } = descriptor;
  const served: readonly string[] = descriptor.verbs ?? [...onCollection, ...onObject].map(({ verb }) => verb);
  return Object.fromEntries(list.filter(({ verb }) => served.includes(verb)).map(({ method, action, parameters }) => [method, {
    operationId: `${action}${scope}${kind}`, parameters, 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {},
  }]));
}

/** Where a kind is served, and what can be done there. */
export function pathsOf(descriptor: Pick<ResourceDescriptor, 'group' | 'version' | 'kind' | 'plural' | 'namespaced' | 'verbs'>): Record<string, object> {
  const base = descriptor.group === '' ? `/api/${descriptor.version}` : `/apis/${descriptor.group}/${descriptor.version}`;
  const { plural } = descriptor;
  const paths = descriptor.namespaced ? {
    [`${base}/${plural}`]: operations(descriptor, onCollection.slice(0, 1), 'AllNamespaces'),
    [`${base}/namespaces/{namespace}/${plural}`]: operations(descriptor, onCollection, 'Namespaced'),
    [`${base}/namespaces/{namespace}/${plural}/{name}`]: operations(descriptor, onObject, 'Namespaced'),
  } : { [`${base}/${plural}`]: operations(descriptor, onCollection, ''), [`${base}/${plural}/{name}`]: operations(descriptor, onObject, '') };
  return Object.fromEntries(Object.entries(paths).filter(([, operation]) => Object.keys(operation).length > 0));
}
