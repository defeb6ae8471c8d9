/** What metrics-server says of its kinds. @source kubernetes/metrics pkg/apis/metrics/v1beta1/types.go */
import { addType, pathsOf, type Schemas } from '../../api/openapi/components.ts';
import { TYPE_FIELDS } from '../../api/type-fields.ts';
import { deepFreeze } from '../../base/data.ts';

const GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';
const PREFIX = 'io.k8s.metrics.pkg.apis.metrics.v1beta1.';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const allOf = (name: string, description: string): object => ({ description, allOf: [ref(name)] });

const verbs = ['get', 'list'];
const kinds = [{ kind: 'NodeMetrics', plural: 'nodes', namespaced: false }, { kind: 'PodMetrics', plural: 'pods', namespaced: true }] as const;

const usage = { description: 'How much of each resource was used, averaged over the window.', type: 'object', additionalProperties: ref('io.k8s.apimachinery.pkg.api.resource.Quantity') };
const typeFields = { apiVersion: { description: TYPE_FIELDS['apiVersion'], type: 'string' }, kind: { description: TYPE_FIELDS['kind'], type: 'string' } };

function metrics(description: string, own: object, required: readonly string[]): object {
  return {
    description, type: 'object', required: ['timestamp', 'window', ...required],
    properties: {
      ...typeFields, metadata: allOf(`${META}ObjectMeta`, 'Name, namespace and labels of what was measured.'),
      timestamp: allOf(`${META}Time`, 'The end of the window.'), window: allOf(`${META}Duration`, 'The time over which the usage was measured: it ended at the timestamp.'), ...own,
    },
  };
}

function listOf(kind: string): object {
  return {
    description: `A list of ${kind}.`, type: 'object', required: ['metadata', 'items'],
    properties: { ...typeFields, metadata: allOf(`${META}ListMeta`, 'What all lists have.'), items: { description: 'The metrics.', type: 'array', items: ref(`${PREFIX}${kind}`) } },
  };
}

const documents: object[] = [];

/** The document for OpenAPI v3, made at the first question. */
export function metricsOpenApi(): object {
  if (documents.length === 0) documents.push(deepFreeze(make()));
  return documents[0] ?? {};
}

function make(): object {
  const schemas: Schemas = { version: 'v1', made: {} };
  for (const type of ['ObjectMeta', 'ListMeta']) addType(type, schemas);
  const own: Record<string, object> = {
    [`${META}Duration`]: { type: 'string' }, 'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
    [`${PREFIX}ContainerMetrics`]: { description: 'What one container used.', type: 'object', required: ['name', 'usage'], properties: { name: { description: 'The name of the container in its pod.', type: 'string' }, usage } },
    [`${PREFIX}NodeMetrics`]: metrics('What a node used.', { usage }, ['usage']),
    [`${PREFIX}PodMetrics`]: metrics('What the containers of a pod used.', { containers: { description: 'Each container with its usage, all in the same window.', type: 'array', items: ref(`${PREFIX}ContainerMetrics`) } }, ['containers']),
  };
  const paths: Record<string, object> = {};
  for (const { kind, plural, namespaced } of kinds) {
    for (const name of [kind, `${kind}List`]) {
      const schema = name === kind ? own[`${PREFIX}${kind}`] : listOf(kind);
      own[`${PREFIX}${name}`] = { ...schema, 'x-kubernetes-group-version-kind': [{ group: GROUP, version: VERSION, kind: name }] };
    }
    Object.assign(paths, pathsOf({ group: GROUP, version: VERSION, kind, plural, namespaced, verbs }));
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes metrics-server', version: 'v0.8.0' }, paths, components: { schemas: { ...schemas.made, ...own } } };
}
