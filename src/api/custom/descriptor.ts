/**
 * From a CustomResourceDefinition to descriptors of its kind, one per version: from there on a custom resource is a resource like any other.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go, pkg/registry/customresource/strategy.go
 */
import type { Micros, Result } from '../../base/data.ts';
import { equalData } from '../../base/compare.ts';
import { type FieldError, fieldErrorText } from '../field-error.ts';
import { goValueName } from '../go-json.ts';
import { evaluateJsonPath, findJsonPath, parseJsonPath, sortedJson } from '../jsonpath.ts';
import type { KubeObject } from '../meta.ts';
import { dns1123Subdomain } from '../names.ts';
import { overlay } from '../overlay.ts';
import {
  apiVersionOf, type Column, type ConversionWebhook, metadataFields, type ResourceDescriptor, type ScaleAccess, scaleSubresource, type SelectableField, statusSubresource, type StoredForm, type Subresource,
} from '../resource.ts';
import { type Decoded, decodePart } from '../strict.ts';
import { age, parseTime } from '../time.ts';
import { validateAnyMeta, validateAnyMetaUpdate } from '../validate-meta.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../kinds/apiextensions/custom-resource-definition.ts';
import type { JSONSchemaProps } from '../kinds/apiextensions/json-schema.ts';
import { defaultValue, pruneValue } from './prune.ts';
import { ruleFaults } from './rules.ts';
import { isObject, type JsonObject, ownershipOf } from './schema.ts';
import { validateValue } from './validate.ts';

/** A custom object: anything beside its metadata. */
interface CustomObject extends KubeObject { readonly [field: string]: unknown }

/** All of a definition: the version that is stored, and every version that is served. */
export interface CustomKind { readonly storage: ResourceDescriptor; readonly served: readonly ResourceDescriptor[] }

const kinds = new WeakMap<object, CustomKind>();
const NO_SCHEMA: JSONSchemaProps = Object.freeze({ 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true });

/** The descriptors of a definition; a definition is frozen, so they are made once. */
export function customKind(definition: CustomResourceDefinition): CustomKind {
  let kind = kinds.get(definition);
  if (kind === undefined) kinds.set(definition, (kind = build(definition)));
  return kind;
}

function build(definition: CustomResourceDefinition): CustomKind {
  const { versions } = definition.spec;
  const stored = versions.find(version => version.storage) ?? versions[0];
  const storage = descriptorFor(definition, stored ?? { name: 'v1', served: false, storage: true }, undefined);
  // Objects that were stored while another version was the storage version lie there as they were.
  const isMixed = (definition.status?.storedVersions ?? []).length > 1;
  const served = versions.filter(version => version.served).map(version => (version === stored && !isMixed ? storage : descriptorFor(definition, version, storage)));
  return { storage, served };
}

function descriptorFor(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion, storage: ResourceDescriptor | undefined): ResourceDescriptor {
  const { group, names, scope } = definition.spec;
  const accepted = definition.status?.acceptedNames ?? names;
  const schema = version.schema?.openAPIV3Schema ?? NO_SCHEMA;
  const namespaced = scope === 'Namespaced';
  const hasStatus = version.subresources?.status !== undefined;
  const of = { group, version: version.name, kind: names.kind };
  const conversion = webhookOf(definition);
  const subresources: readonly Subresource[] = [...version.subresources?.scale === undefined ? [] : [scaleSubresource], ...hasStatus ? [statusSubresource] : []];
  return {
    ...of, plural: names.plural, singular: accepted.singular ?? names.kind.toLowerCase(), shortNames: accepted.shortNames ?? [], categories: accepted.categories ?? [], namespaced,
    subresources, storagePrefix: `/registry/${group}/${names.plural}/`, selectableFields: [...metadataFields(namespaced), ...customFields(version)],
    columns: columnsOf(version), allowUnconditionalUpdate: false,
    defaults: object => { const next = defaultValue(object, schema); return next === object ? object : next as KubeObject; },
    decode: body => decodeCustom(body, schema, of),
    fieldType: ownershipOf(schema, true), schema,
    ...strategyOf(hasStatus),
    validate: object => [...validateAnyMeta(object, namespaced, dns1123Subdomain), ...faultsOf(object, undefined, schema)],
    validateUpdate: (object, old) => [...validateAnyMetaUpdate(object, old), ...ratcheted(object, old, schema)],
    validateStatusUpdate: (object, old) => [...validateAnyMetaUpdate(object, old), ...ratcheted(object, old, schema)],
    ...(version.subresources?.scale === undefined ? {} : { scale: scaleOf(version.subresources.scale) }),
    ...(version.deprecated === true ? { deprecation: version.deprecationWarning ?? `${apiVersionOf(of)} ${names.kind} is deprecated` } : {}),
    ...(storage === undefined ? {} : { stored: storedForm(storage, of, schema) }),
    ...(conversion === undefined ? {} : { conversion }),
  };
}

/** An object in the version that its kind is stored in now, where no webhook is needed for that. */
export function inStorageVersion(storage: ResourceDescriptor, object: KubeObject): KubeObject {
  return storage.schema === undefined || object.apiVersion === apiVersionOf(storage) ? object : { ...object, apiVersion: apiVersionOf(storage) };
}

/**
 * Versions differ in their name, and in what their schemas know.
 *
 * @source pkg/apiserver/conversion/nop_converter.go (strategy None), pkg/apiserver/customresource_handler.go (schemaCoercingConverter)
 */
function storedForm(storage: ResourceDescriptor, of: { readonly group: string; readonly version: string }, schema: JSONSchemaProps): StoredForm {
  const inVersion = (apiVersion: string) => (object: KubeObject): KubeObject => (object.apiVersion === apiVersion ? object : { ...object, apiVersion });
  const from = inVersion(apiVersionOf(of));
  return { as: storage, to: inVersion(apiVersionOf(storage)), from: equalData(schema, storage.schema) ? from : object => fitted(from(object), schema) };
}

/** An object that came from another version, without what the schema does not know and with its defaults. */
function fitted(object: KubeObject, schema: JSONSchemaProps): KubeObject {
  return defaultValue(pruneValue(object, schema, { path: '', unknown: [], isRoot: true }), schema) as KubeObject;
}

/** The program that turns objects of one version of a kind into another; undefined = none is needed. */
function webhookOf({ metadata, spec: { conversion } }: CustomResourceDefinition): ConversionWebhook | undefined {
  const client = conversion?.webhook?.clientConfig;
  if (conversion?.strategy !== 'Webhook' || client === undefined) return undefined;
  return { definition: metadata.name, client, reviewVersions: conversion.webhook?.conversionReviewVersions ?? [] };
}

/** The same for what a webhook made of an object. */
export function fittedTo({ schema }: ResourceDescriptor, object: KubeObject): KubeObject {
  return schema === undefined ? object : fitted(object, schema);
}

/** Unknown fields go, metadata is read as for every kind. */
function decodeCustom(body: unknown, schema: JSONSchemaProps, of: { readonly group: string; readonly version: string; readonly kind: string }): Result<Decoded, string> {
  if (!isObject(body)) return { ok: false, error: `json: cannot unmarshal ${goValueName(body)} into Go value of type map[string]interface {}` };
  const unknown: string[] = [];
  const pruned = pruneValue(body, schema, { path: '', unknown, isRoot: true }) as JsonObject;
  const metadata = decodePart(pruned['metadata'] ?? {}, 'ObjectMeta', 'metadata');
  if (!metadata.ok) return { ok: false, error: `${of.kind} in version ${JSON.stringify(of.version)} cannot be handled as a ${of.kind}: ${metadata.error}` };
  unknown.push(...metadata.value.unknownFields);
  const object = metadata.value.part === pruned['metadata'] ? pruned : { ...pruned, metadata: metadata.value.part };
  return { ok: true, value: { object: object as unknown as KubeObject, unknownFields: unknown } };
}

/** How upstream names the object itself: a path without steps. */
const WHOLE = '<nil>';

function faultsOf(object: KubeObject, old: KubeObject | undefined, schema: JSONSchemaProps): readonly FieldError[] {
  const errors = validateValue(object, schema, '', true);
  // Rules speak of values of the right shape only.
  const faults = errors.length > 0 ? errors : ruleFaults(object, old, schema);
  return faults.some(({ field }) => field === '') ? faults.map(fault => (fault.field === '' ? { ...fault, field: WHOLE } : fault)) : faults;
}

/** What was wrong before and has not been touched stays allowed. @source KEP-4008 (CRDValidationRatcheting) */
function ratcheted(object: KubeObject, old: KubeObject, schema: JSONSchemaProps): readonly FieldError[] {
  const errors = faultsOf(object, old, schema);
  if (errors.length === 0) return errors;
  const before = new Set(faultsOf(old, undefined, schema).map(fieldErrorText));
  return errors.filter(error => !before.has(fieldErrorText(error)) || !equalData(valueAt(object, error.field), valueAt(old, error.field)));
}

function valueAt(object: unknown, field: string): unknown {
  let value: unknown = object;
  if (field === WHOLE) return value;
  for (const key of field.replaceAll(/\[(\d+)\]/g, '.$1').split('.')) {
    if (key === '') continue;
    value = typeof value === 'object' && value !== null ? (value as JsonObject)[key] : undefined;
  }
  return value;
}

// ---- Strategy ----------------------------------------------------------------------------------------------------------

const withoutField = (object: KubeObject, field: string): CustomObject => {
  const { [field]: _gone, ...rest } = object as CustomObject;
  return rest as CustomObject;
};

const content = (object: KubeObject, hasStatus: boolean): object => {
  const { metadata: _metadata, ...rest } = object as CustomObject;
  return hasStatus ? withoutField(rest as unknown as KubeObject, 'status') : rest;
};

function withGeneration(object: KubeObject, generation: number): KubeObject {
  return object.metadata.generation === generation ? object : { ...object, metadata: overlay(object.metadata, { generation }) };
}

/** With a status subresource, the status is written through it alone, and the generation counts changes of the rest. */
function strategyOf(hasStatus: boolean): Pick<ResourceDescriptor, 'prepareForCreate' | 'prepareForUpdate' | 'prepareForStatusUpdate'> {
  const keepStatus = (object: KubeObject, old: KubeObject): KubeObject => {
    const { status } = old as CustomObject;
    if (!hasStatus || equalData((object as CustomObject)['status'], status)) return object;
    return status === undefined ? withoutField(object, 'status') : { ...object, status } as KubeObject;
  };
  return {
    prepareForCreate: object => withGeneration(hasStatus ? withoutField(object, 'status') : object, 1),
    prepareForUpdate(object, old) {
      const kept = keepStatus(object, old);
      const generation = old.metadata.generation ?? 1;
      return withGeneration(kept, equalData(content(kept, hasStatus), content(old, hasStatus)) ? generation : generation + 1);
    },
    ...(hasStatus ? { prepareForStatusUpdate } : {}),
  };
}

function prepareForStatusUpdate(object: KubeObject, old: KubeObject): KubeObject {
  const { status } = object as CustomObject;
  const { labels: _l, annotations: _a, ...rest } = old.metadata;
  const { managedFields } = object.metadata;
  const { labels, annotations } = old.metadata;
  const metadata = { ...rest, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }), ...(managedFields === undefined ? {} : { managedFields }) };
  return status === undefined ? { ...withoutField(old, 'status'), metadata } : { ...old, metadata, status } as KubeObject;
}

// ---- Columns, fields, scale -----------------------------------------------------------------------------------------

const SIMPLE = /^(?:\.[A-Za-z0-9_-]+)+$/;

/** The first thing that a simple path such as `.spec.cronSpec` finds. */
function find(object: unknown, path: string): unknown {
  let value: unknown = object;
  if (SIMPLE.test(path)) {
    for (const key of path.slice(1).split('.')) value = isObject(value) ? value[key] : undefined;
    return value;
  }
  const found = evaluateJsonPath(`{${path}}`, object);
  return found.ok ? found.value : undefined;
}

const NAME: Column<KubeObject> = { name: 'Name', cell: ({ metadata }) => metadata.name };
const AGE: Column<KubeObject> = { name: 'Age', type: 'date', cell: ({ metadata }, now) => age(metadata.creationTimestamp, now) };

/** @source pkg/registry/customresource/tableconvertor/tableconvertor.go */
function columnsOf({ additionalPrinterColumns: columns = [] }: CustomResourceDefinitionVersion): readonly Column<KubeObject>[] {
  if (columns.length === 0) return [NAME, AGE];
  return [NAME, ...columns.map(({ name, type, format = '', description = '', jsonPath, priority = 0 }) => ({
    name, type: type as NonNullable<Column<KubeObject>['type']>, format, description: description === '' ? `Custom resource definition column (in JSONPath format): ${jsonPath}` : description, ...(priority > 0 ? { wide: true, priority } : {}), cell: (object: KubeObject, now: Micros) => cellOf(firstAt(object, jsonPath), type, now),
  } as const))];
}

/** The first value that a path leads to; undefined = there is none. */
function firstAt(object: KubeObject, path: string): unknown {
  if (SIMPLE.test(path)) return find(object, path);
  const parsed = parseJsonPath(`{${path}}`);
  const found = parsed.ok ? findJsonPath(parsed.value, object, true) : parsed;
  return found.ok ? found.value[0]?.[0] : undefined;
}

/** What is of another type than the column says is not shown; texts show anything. */
function cellOf(value: unknown, type: string, now: Micros): string | number | boolean | null {
  if (value === undefined || (value === null && type !== 'string')) return null;
  switch (type) {
    case 'string': return value === null ? '<no value>' : typeof value === 'object' ? sortedJson(value) : String(value);
    case 'integer': return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number': return typeof value === 'number' ? value : null;
    case 'boolean': return typeof value === 'boolean' ? value : null;
    default: return typeof value === 'string' ? dateOf(value, now) : null;
  }
}

function dateOf(text: string, now: Micros): string {
  if (text === '' || text === 'null') return age(undefined, now);
  return parseTime(text) === undefined ? '<invalid>' : age(text, now);
}

function customFields({ selectableFields = [] }: CustomResourceDefinitionVersion): readonly SelectableField<KubeObject>[] {
  return selectableFields.map(({ jsonPath }) => ({ path: jsonPath.replace(/^\./, ''), get: (object: KubeObject) => String(find(object, jsonPath) ?? '') }));
}

interface ScalePaths { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string }

function scaleOf({ specReplicasPath, statusReplicasPath, labelSelectorPath }: ScalePaths): ScaleAccess<KubeObject> {
  return {
    get: object => ({ replicas: Number(find(object, specReplicasPath) ?? 0), currentReplicas: Number(find(object, statusReplicasPath) ?? 0), selector: labelSelectorPath === undefined ? '' : String(find(object, labelSelectorPath) ?? '') }),
    set: (object, replicas) => withValue(object as unknown as JsonObject, specReplicasPath.slice(1).split('.'), replicas) as unknown as KubeObject,
  };
}

function withValue(object: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject {
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = object[key];
  return { ...object, [key]: withValue(isObject(inner) ? inner : {}, rest, value) };
}
