/**
 * Validation of custom resource definitions.
 *
 * A schema, columns or subresources that are the same in all versions are reported as if they stood once above the versions, as upstream keeps them.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go, pkg/apis/apiextensions/v1/conversion.go
 */
import { equalData } from '../../../base/compare.ts';
import { isConditionStatus } from '../../condition.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1035Label, dns1123Subdomain } from '../../names.ts';
import { validateImmutable, validateAnyMeta, validateAnyMetaUpdate } from '../../validate-meta.ts';
import { validateClientConfig } from '../admissionregistration/webhook-client.ts';
import type {
  CustomResourceColumnDefinition, CustomResourceConversion, CustomResourceDefinition, CustomResourceDefinitionNames, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion,
  CustomResourceSubresources,
} from './custom-resource-definition.ts';
import type { JSONSchemaProps } from './json-schema.ts';
import { APPROVAL_ANNOTATION, approvalOf, isProtectedGroup } from './approval.ts';
import { validateSchema } from './validate-schema.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'] as const;
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'] as const;
const reviewVersions = ['v1', 'v1beta1'] as const;
const maximumWarning = 256;
const maximumSelectableFields = 8;

function validateLabel(text: string | undefined, path: string, errors: FieldError[]): void {
  if (!text) return;
  const messages = dns1035Label(text);
  if (messages.length > 0) errors.push(invalid(path, text, messages.join(',')));
}

function validateKind(text: string | undefined, path: string, errors: FieldError[]): void {
  if (!text) return;
  const messages = dns1035Label(text.toLowerCase());
  if (messages.length > 0) errors.push(invalid(path, text, `may have mixed case, but should otherwise match: ${messages.join(',')}`));
}

function validateNameList(names: CustomResourceDefinitionNames | undefined, path: string, errors: FieldError[]): void {
  if (names === undefined) return;
  validateLabel(names.plural, `${path}.plural`, errors);
  validateLabel(names.singular, `${path}.singular`, errors);
  validateKind(names.kind, `${path}.kind`, errors);
  validateKind(names.listKind, `${path}.listKind`, errors);
  (names.shortNames ?? []).forEach((name, i) => validateLabel(name || ' ', `${path}.shortNames[${i}]`, errors));
  if (names.kind && names.kind === names.listKind) errors.push(invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  (names.categories ?? []).forEach((name, i) => validateLabel(name || ' ', `${path}.categories[${i}]`, errors));
}

function validateJsonPath(text: string, path: string, errors: FieldError[]): void {
  if (!text.startsWith('.')) errors.push(invalid(path, text, 'must be a simple json path starting with .'));
  else if (/[^A-Za-z0-9_.\-[\]'"\\/?@=()*:<>!&|~$ ,]/.test(text) || text.includes('..')) errors.push(invalid(path, text, 'is an invalid path'));
}

function validateColumn(column: CustomResourceColumnDefinition, path: string, errors: FieldError[]): void {
  const oneOf = (values: readonly string[]): string => `must be one of ${values.join(',')}`;
  if (!column.name) errors.push(required(`${path}.name`));
  if (!column.type) errors.push(required(`${path}.type`, oneOf(columnTypes)));
  else if (!(columnTypes as readonly string[]).includes(column.type)) errors.push(invalid(`${path}.type`, column.type, oneOf(columnTypes)));
  if (column.format && !(columnFormats as readonly string[]).includes(column.format)) errors.push(invalid(`${path}.format`, column.format, oneOf(columnFormats)));
  if (!column.jsonPath) errors.push(required(`${path}.JSONPath`));
  else validateJsonPath(column.jsonPath, `${path}.JSONPath`, errors);
}

function validateSubresources(of: CustomResourceSubresources | undefined, path: string, errors: FieldError[]): void {
  const scale = of?.scale;
  if (scale === undefined) return;
  for (const [field, root] of [['specReplicasPath', '.spec'], ['statusReplicasPath', '.status']] as const) {
    const text = scale[field];
    if (!text) { errors.push(required(`${path}.scale.${field}`)); continue; }
    validateJsonPath(text, `${path}.scale.${field}`, errors);
    if (text.startsWith('.') && !text.startsWith(`${root}.`)) errors.push(invalid(`${path}.scale.${field}`, text, `should be a json path under ${root}`));
  }
  const selector = scale.labelSelectorPath;
  if (!selector) return;
  validateJsonPath(selector, `${path}.scale.labelSelectorPath`, errors);
  if (selector.startsWith('.') && !selector.startsWith('.spec.') && !selector.startsWith('.status.')) {
    errors.push(invalid(`${path}.scale.labelSelectorPath`, selector, 'should be a json path under either .spec or .status'));
  }
}

/** The schema at the end of a simple path. */
function schemaAt(schema: JSONSchemaProps | undefined, path: string): JSONSchemaProps | undefined {
  return path.split('.').slice(1).reduce<JSONSchemaProps | undefined>((at, name) => at?.properties?.[name], schema);
}

function validateSelectable(version: CustomResourceDefinitionVersion, path: string, errors: FieldError[]): void {
  const fields = version.selectableFields ?? [];
  const seen = new Set<string>();
  fields.forEach(({ jsonPath: text }, i) => {
    const at = `${path}.selectableFields[${i}].jsonPath`;
    if (!text) { errors.push(required(at)); return; }
    const found = schemaAt(version.schema?.openAPIV3Schema, text);
    if (text.startsWith('.metadata')) errors.push(invalid(at, text, 'must not point to fields in metadata'));
    else if (found === undefined) { errors.push(invalid(at, text, 'is an invalid path: does not refer to a valid field')); return; }
    if (found !== undefined && !['string', 'boolean', 'integer'].includes(found.type ?? '')) {
      errors.push(invalid(at, text, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'));
    }
    if (seen.has(text)) errors.push(duplicate(at, text));
    seen.add(text);
  });
  if (seen.size > maximumSelectableFields) errors.push(tooMany(`${path}.selectableFields`, seen.size, maximumSelectableFields));
}

function validateDeprecation(version: CustomResourceDefinitionVersion, path: string, errors: FieldError[]): void {
  const warning = version.deprecationWarning;
  if (warning === undefined) return;
  const say = (detail: string): void => { errors.push(invalid(`${path}.deprecationWarning`, warning, detail)); };
  if (version.deprecated !== true) { say('can only be set for deprecated versions'); return; }
  if (warning.length > maximumWarning) say(`must be <= ${maximumWarning} characters long`);
  if (warning === '') say('must not be an empty string');
}

/** Whether a part is given in every version and the same in all. */
function isShared(versions: readonly CustomResourceDefinitionVersion[], field: 'schema' | 'subresources' | 'additionalPrinterColumns'): boolean {
  const first = versions[0]?.[field];
  return first !== undefined && versions.every((version) => equalData(version[field], first));
}

function validateVersions(spec: CustomResourceDefinitionSpec, old: CustomResourceDefinitionSpec | undefined, errors: FieldError[]): void {
  const versions = spec.versions ?? [];
  const shared = { schema: isShared(versions, 'schema'), subresources: isShared(versions, 'subresources'), columns: isShared(versions, 'additionalPrinterColumns') };
  const top: FieldError[] = [];
  versions.forEach((version, i) => {
    const path = `spec.versions[${i}]`;
    validateLabel(version.name || ' ', `${path}.name`, errors);
    validateDeprecation(version, path, errors);
    const schema = version.schema?.openAPIV3Schema;
    const hasStatus = version.subresources?.status !== undefined;
    const known = old?.versions?.find(({ name }) => name === version.name)?.schema?.openAPIV3Schema;
    const about = { hasStatus, isKnown: known !== undefined && equalData(known, schema) };
    if (schema !== undefined && !shared.schema) validateSchema(schema, about, { path: `${path}.schema.openAPIV3Schema`, errors });
    if (schema !== undefined && shared.schema && i === 0) validateSchema(schema, about, { path: 'spec.validation.openAPIV3Schema', errors: top });
    if (!shared.subresources) validateSubresources(version.subresources, `${path}.subresources`, errors);
    else if (i === 0) validateSubresources(version.subresources, 'spec.subresources', top);
    const columns = version.additionalPrinterColumns ?? [];
    if (!shared.columns) columns.forEach((column, k) => validateColumn(column, `${path}.additionalPrinterColumns[${k}]`, errors));
    else if (i === 0) columns.forEach((column, k) => validateColumn(column, `spec.additionalPrinterColumns[${k}]`, top));
    validateSelectable(version, path, errors);
  });
  const names = versions.map((version) => version.name);
  if (new Set(names).size < names.length) errors.push(invalid('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter((version) => version.storage).length !== 1) errors.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  validateRequiredNames(spec, errors);
  errors.push(...top);
}

function validateRequiredNames(spec: CustomResourceDefinitionSpec, errors: FieldError[]): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if (!spec.names?.[field]) errors.push(required(`spec.names.${field}`));
  validateNameList(spec.names, 'spec.names', errors);
}

function validateReviewVersions(versions: readonly string[], path: string, errors: FieldError[]): void {
  if (versions.length === 0) { errors.push(required(path)); return; }
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) errors.push(invalid(`${path}[${i}]`, version, 'duplicate version'));
    else for (const message of dns1035Label(version)) errors.push(invalid(`${path}[${i}]`, version, message));
  });
  if (!versions.some((version) => (reviewVersions as readonly string[]).includes(version))) errors.push(invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`));
}

function validateConversion(conversion: CustomResourceConversion | undefined, errors: FieldError[]): void {
  if (conversion === undefined) return;
  const { strategy, webhook } = conversion;
  const path = 'spec.conversion';
  if (!strategy) errors.push(required(`${path}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']));
  if (strategy === 'Webhook') {
    if (webhook?.clientConfig === undefined) errors.push(required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook'));
    else validateClientConfig(webhook.clientConfig, `${path}.webhookClientConfig`, errors);
    validateReviewVersions(webhook?.conversionReviewVersions ?? [], `${path}.conversionReviewVersions`, errors);
    return;
  }
  if (webhook?.clientConfig !== undefined) errors.push(forbidden(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook'));
  if ((webhook?.conversionReviewVersions ?? []).length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, 'should not be set when strategy is not set to Webhook'));
}

function validateSpec(spec: CustomResourceDefinitionSpec, old: CustomResourceDefinitionSpec | undefined, errors: FieldError[]): void {
  const messages = dns1123Subdomain(spec.group ?? '');
  if (!spec.group) errors.push(required('spec.group'));
  else if (messages.length > 0) errors.push(invalid('spec.group', spec.group, messages.join(',')));
  else if (!spec.group.includes('.')) errors.push(invalid('spec.group', spec.group, 'should be a domain with at least one dot'));
  if (!spec.scope) errors.push(required('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  (spec.versions ?? []).forEach((version, i) => {
    if (version.schema?.openAPIV3Schema === undefined) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
  });
  validateVersions(spec, old, errors);
  validateConversion(spec.conversion, errors);
}

function validateApproval(definition: CustomResourceDefinition, errors: FieldError[]): void {
  if (!isProtectedGroup(definition.spec.group ?? '')) return;
  const path = `metadata.annotations[${APPROVAL_ANNOTATION}]`;
  const { state, message } = approvalOf(definition.metadata.annotations);
  if (state === 'Missing') errors.push(required(path, message));
  else if (state === 'Invalid') errors.push(invalid(path, definition.metadata.annotations?.[APPROVAL_ANNOTATION], message));
}

function validatePreserve(definition: CustomResourceDefinition, errors: FieldError[]): void {
  if (definition.spec.preserveUnknownFields !== true) return;
  errors.push(invalid('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'));
}

function validateStored(definition: CustomResourceDefinition, errors: FieldError[]): void {
  const stored = definition.status?.storedVersions ?? [];
  const path = 'status.storedVersions';
  if (stored.length === 0) { errors.push(invalid(path, null, 'must have at least one stored version')); return; }
  for (const version of definition.spec.versions ?? []) {
    if (version.storage && !stored.includes(version.name)) errors.push(invalid(path, stored, `must have the storage version ${version.name}`));
  }
  stored.forEach((name, i) => {
    if ((definition.spec.versions ?? []).some((version) => version.name === name)) return;
    errors.push(invalid(`${path}[${i}]`, name, `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`));
  });
}

/** A new definition. */
export function validateDefinition(definition: CustomResourceDefinition): readonly FieldError[] {
  const { names, group } = definition.spec;
  const wanted = `${names?.plural ?? ''}.${group ?? ''}`;
  const errors = validateAnyMeta(definition, false, (name) => [...dns1123Subdomain(name), ...(name === wanted ? [] : ['must be spec.names.plural+"."+spec.group'])]);
  validateSpec(definition.spec, undefined, errors);
  validateStored(definition, errors);
  validateApproval(definition, errors);
  validatePreserve(definition, errors);
  return errors;
}

/** A changed definition: names stay once they are served. */
export function validateDefinitionUpdate(definition: CustomResourceDefinition, old: CustomResourceDefinition): readonly FieldError[] {
  const errors = validateAnyMetaUpdate(definition, old);
  validateSpec(definition.spec, old.spec, errors);
  if (isConditionStatus(old.status?.conditions, 'Established')) {
    errors.push(...validateImmutable(definition.spec.scope, old.spec.scope, 'spec.scope'));
    errors.push(...validateImmutable(definition.spec.names.kind, old.spec.names.kind, 'spec.names.kind'));
  }
  errors.push(...validateImmutable(definition.spec.group, old.spec.group, 'spec.group'));
  errors.push(...validateImmutable(definition.spec.names.plural, old.spec.names.plural, 'spec.names.plural'));
  validateStored(definition, errors);
  if (definition.metadata.annotations?.[APPROVAL_ANNOTATION] !== old.metadata.annotations?.[APPROVAL_ANNOTATION]) validateApproval(definition, errors);
  if (old.spec.preserveUnknownFields !== true) validatePreserve(definition, errors);
  return errors;
}

/** A changed status. */
export function validateNames(definition: CustomResourceDefinition, old: CustomResourceDefinition): readonly FieldError[] {
  const errors = validateAnyMetaUpdate(definition, old);
  validateNameList(definition.status?.acceptedNames, 'status.acceptedNames', errors);
  return errors;
}
