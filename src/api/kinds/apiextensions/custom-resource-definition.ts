import { equalData } from '../../../base/compare.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { createdColumn, nameColumn } from '../columns.ts';
import { defaultClientConfig } from '../admissionregistration/webhook-client.ts';
import type { WebhookClientConfig } from '../admissionregistration/webhook-client.ts';
import { isKnownFormat } from '../../custom/formats.ts';
import { type JSONSchemaProps, schemasIn } from './json-schema.ts';
import { validateDefinition, validateDefinitionUpdate, validateNames } from './validate-definition.ts';

/** What the new kind is called. */
export interface CustomResourceDefinitionNames {
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly listKind?: string;
  readonly categories?: readonly string[];
}

/** A column of `kubectl get`. */
export interface CustomResourceColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0: only for `-o wide`. */
  readonly priority?: number;
  readonly jsonPath: string;
}

/** Parts with paths of their own. */
export interface CustomResourceSubresources {
  readonly status?: object;
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string };
}

/** One version of the kind. */
export interface CustomResourceDefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JSONSchemaProps };
  readonly subresources?: CustomResourceSubresources;
  readonly additionalPrinterColumns?: readonly CustomResourceColumnDefinition[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** How objects get from one version to another. */
export interface CustomResourceConversion {
  readonly strategy: 'None' | 'Webhook';
  readonly webhook?: { readonly clientConfig?: WebhookClientConfig; readonly conversionReviewVersions?: readonly string[] };
}

/** The desired state of a definition. */
export interface CustomResourceDefinitionSpec {
  readonly group: string;
  readonly names: CustomResourceDefinitionNames;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly versions: readonly CustomResourceDefinitionVersion[];
  readonly conversion?: CustomResourceConversion;
  readonly preserveUnknownFields?: boolean;
}

/** The observed state of a definition. */
export interface CustomResourceDefinitionStatus {
  readonly conditions?: readonly Condition[];
  /** The names that are really served. */
  readonly acceptedNames?: CustomResourceDefinitionNames;
  /** Versions of which objects may still be stored. */
  readonly storedVersions?: readonly string[];
}

/** A new kind. */
export interface CustomResourceDefinition extends KubeObject {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly spec: CustomResourceDefinitionSpec;
  readonly status?: CustomResourceDefinitionStatus;
}

/** Held by definitions until their objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go */
function defaultSpec(spec: CustomResourceDefinitionSpec): CustomResourceDefinitionSpec {
  const kind = spec.names?.kind ?? '';
  const names = { ...spec.names, singular: spec.names?.singular || kind.toLowerCase(), listKind: spec.names?.listKind || (kind === '' ? '' : `${kind}List`) };
  const client = spec.conversion?.webhook?.clientConfig;
  const conversion: CustomResourceConversion = spec.conversion === undefined ? { strategy: 'None' }
    : client === undefined ? spec.conversion : { ...spec.conversion, webhook: { ...spec.conversion.webhook, clientConfig: defaultClientConfig(client) } };
  return { ...spec, names, conversion };
}

/** A version that objects are stored in now is remembered: objects of it may stay. */
function withStoredVersion(definition: CustomResourceDefinition): CustomResourceDefinition {
  const stored = definition.status?.storedVersions ?? [];
  const storage = (definition.spec.versions ?? []).filter((version) => version.storage && !stored.includes(version.name)).map((version) => version.name);
  return storage.length === 0 && definition.status?.storedVersions !== undefined ? definition : { ...definition, status: { ...definition.status, storedVersions: [...stored, ...storage] } };
}

/** Formats of texts that no value is held to. @source pkg/registry/customresourcedefinition/strategy.go (getUnrecognizedFormatsInCRD) */
function unknownFormats(definition: CustomResourceDefinition | undefined): readonly string[] {
  const schemas = (definition?.spec?.versions ?? []).flatMap(({ schema }) => (schema?.openAPIV3Schema === undefined ? [] : [...schemasIn(schema.openAPIV3Schema)]));
  return [...new Set(schemas.flatMap(({ type, format }) => (type === 'string' && format && !isKnownFormat(format) ? [format] : [])))];
}

const emptyNames: CustomResourceDefinitionNames = { plural: '', kind: '' };

/** @source kubernetes/apiextensions-apiserver pkg/registry/customresourcedefinition/strategy.go */
export const customResourceDefinitionResource = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'], categories: ['api-extensions'], namespaced: false, subresources: [statusSubresource],
  storagePrefix: '/registry/apiextensions.k8s.io/customresourcedefinitions/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<CustomResourceDefinition>(false),
  columns: [nameColumn(), createdColumn()],
  defaults(definition) {
    const spec = defaultSpec(definition.spec ?? {});
    return equalData(spec, definition.spec) ? definition : { ...definition, spec };
  },
  prepareForCreate: (definition) => withStoredVersion({
    ...definition, metadata: { ...definition.metadata, generation: 1 }, status: { conditions: [], acceptedNames: emptyNames, storedVersions: [] },
  }),
  prepareForUpdate(definition, old) {
    const generation = (old.metadata.generation ?? 0) + (equalData(definition.spec, old.spec) ? 0 : 1);
    const kept = { ...definition, metadata: { ...definition.metadata, generation }, ...(old.status === undefined ? {} : { status: old.status }) };
    return withStoredVersion(kept);
  },
  prepareForStatusUpdate: (definition, old) => keepOnlyStatus(definition, old),
  validate: (definition) => validateDefinition(definition),
  validateUpdate: (definition, old) => validateDefinitionUpdate(definition, old),
  validateStatusUpdate: (definition, old) => validateNames(definition, old),
  warnings(definition, old) {
    const known = unknownFormats(old);
    return unknownFormats(definition).filter((format) => !known.includes(format)).map((format) => `unrecognized format ${JSON.stringify(format)}`);
  },
});
