import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1123Label, qualifiedName } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { age } from '../../time.ts';
import { notStandardText, standardFinalizers, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';

/** A scope for names. */
export interface Namespace extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Namespace';
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: 'Active' | 'Terminating'; readonly conditions?: readonly Condition[] };
}

/** The label that repeats a namespace's name, so that selectors can name it. */
const namespaceNameLabel = 'kubernetes.io/metadata.name';

/** @source kubernetes pkg/apis/core/validation/validation.go (validateFinalizerName) */
function validateFinalizers(namespace: Namespace, errors: FieldError[]): void {
  for (const finalizer of namespace.spec?.finalizers ?? []) {
    for (const message of qualifiedName(finalizer)) errors.push(invalid('spec.finalizers', finalizer, message));
    if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) errors.push(invalid('spec.finalizers', finalizer, notStandardText));
  }
}

function validate(namespace: Namespace): readonly FieldError[] {
  const errors = validateObjectMeta(namespace, false, dns1123Label);
  validateFinalizers(namespace, errors);
  return errors;
}

/** @source kubernetes pkg/registry/core/namespace/strategy.go */
export const namespaceResource = defineResource<Namespace>({
  group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', singular: 'namespace', shortNames: ['ns'], categories: [], namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [{ name: 'finalize', verbs: ['update'] }, statusSubresource],
  storagePrefix: '/registry/namespaces/', allowUnconditionalUpdate: true,
  selectableFields: [...metadataFields<Namespace>(false), { path: 'status.phase', get: (namespace) => namespace.status?.phase ?? '' }],
  columns: [
    { name: 'Name', cell: (namespace) => namespace.metadata.name },
    { name: 'Status', description: 'Whether the namespace is in use or on its way out.', cell: (namespace) => namespace.status?.phase ?? '' },
    { name: 'Age', cell: (namespace, now) => age(namespace.metadata.creationTimestamp, now) },
  ],
  defaults(namespace) {
    const { name, labels } = namespace.metadata;
    if (!name || labels?.[namespaceNameLabel] === name) return namespace;
    return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [namespaceNameLabel]: name } } };
  },
  prepareForCreate(namespace) {
    const finalizers = namespace.spec?.finalizers ?? [];
    const all = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
    return { ...namespace, spec: { ...namespace.spec, finalizers: all }, status: { phase: 'Active' } };
  },
  prepareForUpdate(namespace, old) {
    const { spec: _spec, status: _status, ...rest } = namespace;
    return { ...rest, ...(old.spec === undefined ? {} : { spec: old.spec }), ...(old.status === undefined ? {} : { status: old.status }) };
  },
  prepareForStatusUpdate: (namespace, old) => keepOnlyStatus(namespace, old),
  validate,
  validateUpdate: (namespace, old) => [...validate(namespace), ...validateObjectMetaUpdate(namespace, old)],
  validateStatusUpdate(namespace, old) {
    const errors = validateObjectMetaUpdate(namespace, old);
    const wanted = namespace.metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
    const phase = namespace.status?.phase ?? '';
    const empty = wanted === 'Active' ? 'empty' : 'not empty';
    if (phase !== wanted) errors.push(invalid('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${empty}`));
    return errors;
  },
});
