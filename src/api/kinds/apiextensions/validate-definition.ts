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
import { decodeBase64Text, utf8Bytes } from '../../base64.ts';
import { pemBlock } from '../../pem.ts';
import { certificatesFault } from '../../x509/fault.ts';
import { validateImmutable, validateAnyMeta, validateAnyMetaUpdate } from '../../validate-meta.ts';
import { validateClientConfig } from '../admissionregistration/webhook-client.ts';
import type {
  CustomResourceColumnDefinition, CustomResourceConversion, CustomResourceDefinition, CustomResourceDefinitionNames, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion,
  CustomResourceSubresources,
} from './custom-resource-definition.ts';
import { validFieldPath } from './field-path.ts';
import { type JSONSchemaProps, schemasIn } from './json-schema.ts';
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

function validateSelectable({ selectableFields: fields = [], schema }: CustomResourceDefinitionVersion, path: string, errors: FieldError[]): void {
  const root = schema?.openAPIV3Schema;
  if (fields.length === 0) return;
  if (root === undefined) {
    const text = path === 'spec' ? 'when validations.schema is included' : 'when version.schema.openAPIV3Schema is not included';
    errors.push(invalid(`${path}.selectableFields`, '', `selectableFields may only be set ${text}`));
    return;
  }
  const seen = new Set<string>();
  fields.forEach(({ jsonPath: text }, i) => {
    const at = `${path}.selectableFields[${i}].jsonPath`;
    if (!text) { errors.push(required(at)); return; }
    const found = validFieldPath(text, root, { letsBrackets: false });
    if (!found.ok) { errors.push(invalid(at, text, `is an invalid path: ${found.error}`)); return; }
    const { names, schema: leaf } = found.value;
    if (names[0] === 'metadata') errors.push(invalid(at, text, 'must not point to fields in metadata'));
    if (!['string', 'boolean', 'integer'].includes(leaf.type ?? '')) {
      errors.push(invalid(at, text, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'));
    }
    const name = names.join('.');
    if (seen.has(name)) errors.push(duplicate(at, text));
    seen.add(name);
  });
  if (seen.size > maximumSelectableFields) errors.push(tooMany(`${path}.selectableFields`, seen.size, maximumSelectableFields));
}

/** Letters, marks, numbers, punctuation and symbols, and the plain space. */
const isPrintable = (letter: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(letter);

function validateDeprecation(version: CustomResourceDefinitionVersion, path: string, errors: FieldError[]): void {
  const warning = version.deprecationWarning;
  if (warning === undefined) return;
  const say = (detail: string): void => { errors.push(invalid(`${path}.deprecationWarning`, warning, detail)); };
  if (version.deprecated !== true) { say('can only be set for deprecated versions'); return; }
  const length = utf8Bytes(warning).length;
  if (length > maximumWarning) say(`must be <= ${maximumWarning} characters long`);
  if (warning === '') say('must not be an empty string');
  const bad = [...warning].findIndex((letter) => !isPrintable(letter));
  if (bad >= 0) say(`must only contain printable UTF-8 characters; non-printable character found at index ${utf8Bytes([...warning].slice(0, bad).join('')).length}`);
}

/** Whether a part is given in every version and the same in all. */
function isShared(versions: readonly CustomResourceDefinitionVersion[], field: keyof Shared): boolean {
  const first = versions[0]?.[field];
  return first !== undefined && versions.every((version) => equalData(version[field], first));
}

/** What a part is called, and where it stands: in each version, or once above all of them. */
interface Shared { readonly schema: boolean; readonly subresources: boolean; readonly additionalPrinterColumns: boolean; readonly selectableFields: boolean }

function validateParts(version: CustomResourceDefinitionVersion, path: string, { has, old, errors }: { readonly has: Shared; readonly old: CustomResourceDefinitionSpec | undefined; readonly errors: FieldError[] }): void {
  const schema = version.schema?.openAPIV3Schema;
  const hasStatus = version.subresources?.status !== undefined;
  const known = old?.versions?.find(({ name }) => name === version.name)?.schema?.openAPIV3Schema;
  const place = path === 'spec' ? 'spec.validation' : `${path}.schema`;
  if (has.schema && schema !== undefined) validateSchema(schema, { hasStatus, isKnown: known !== undefined && equalData(known, schema) }, { path: `${place}.openAPIV3Schema`, errors });
  if (has.subresources) validateSubresources(version.subresources, `${path}.subresources`, errors);
  if (has.additionalPrinterColumns) (version.additionalPrinterColumns ?? []).forEach((column, k) => validateColumn(column, `${path}.additionalPrinterColumns[${k}]`, errors));
  if (has.selectableFields) validateSelectable(version, path, errors);
}

function validateVersions(spec: CustomResourceDefinitionSpec, old: CustomResourceDefinitionSpec | undefined, errors: FieldError[]): void {
  const versions = spec.versions ?? [];
  const fields = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
  const above = Object.fromEntries(fields.map((field) => [field, isShared(versions, field)])) as unknown as Shared;
  const below = Object.fromEntries(fields.map((field) => [field, !above[field]])) as unknown as Shared;
  versions.forEach((version, i) => {
    const path = `spec.versions[${i}]`;
    validateLabel(version.name || ' ', `${path}.name`, errors);
    validateDeprecation(version, path, errors);
    validateParts(version, path, { has: below, old, errors });
  });
  const names = versions.map((version) => version.name);
  if (new Set(names).size < names.length) errors.push(invalid('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter((version) => version.storage).length !== 1) errors.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  const [first] = versions;
  if (first?.name) validateLabel(first.name, 'spec.version', errors);
  validateRequiredNames(spec, errors);
  if (first !== undefined) validateParts(first, 'spec', { has: above, old, errors });
}

function validateRequiredNames(spec: CustomResourceDefinitionSpec, errors: FieldError[]): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if (!spec.names?.[field]) errors.push(required(`spec.names.${field}`));
  validateNameList(spec.names, 'spec.names', errors);
}

const isKnownReview = (version: string): boolean => (reviewVersions as readonly string[]).includes(version);

function validateReviewVersions(versions: readonly string[], letsUnknown: boolean, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (versions.length === 0) { errors.push(required(path)); return; }
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) errors.push(invalid(`${path}[${i}]`, version, 'duplicate version'));
    else for (const message of dns1035Label(version)) errors.push(invalid(`${path}[${i}]`, version, message));
  });
  if (!letsUnknown && !versions.some(isKnownReview)) errors.push(invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`));
}

/** What is wrong with a bundle of certificates; '' for nothing. @source kubernetes/client-go util/cert/pem.go (ParseCertsPEM) */
function bundleFault(caBundle: string): string {
  if (caBundle === '') return '';
  let found = 0;
  for (let block = pemBlock(decodeBase64Text(caBundle)); block !== undefined; block = pemBlock(block.rest)) {
    if (block.type !== 'CERTIFICATE' || block.headers) continue;
    const fault = certificatesFault(block.bytes);
    if (fault !== '') return fault;
    found++;
  }
  return found === 0 ? 'data does not contain any valid RSA or ECDSA certificates' : '';
}

/** Whether the stored definition may keep a bundle that is none. */
function letsBundle(old: CustomResourceDefinition | undefined): boolean {
  return !isConditionStatus(old?.status?.conditions, 'Established') || bundleFault(old?.spec.conversion?.webhook?.clientConfig?.caBundle ?? '') !== '';
}

/** `old`: the definition that is stored. A bundle of certificates is looked at once the definition is established. */
function validateConversion(conversion: CustomResourceConversion | undefined, old: CustomResourceDefinition | undefined, errors: FieldError[]): void {
  if (conversion === undefined) return;
  const { strategy, webhook } = conversion;
  const path = 'spec.conversion';
  if (!strategy) errors.push(required(`${path}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']));
  if (strategy === 'Webhook') {
    if (webhook?.clientConfig === undefined) errors.push(required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook'));
    else {
      validateClientConfig(webhook.clientConfig, `${path}.webhookClientConfig`, errors);
      const { caBundle = '' } = webhook.clientConfig;
      if (bundleFault(caBundle) !== '' && !letsBundle(old)) errors.push(invalid(`${path}.webhookClientConfig.caBundle`, caBundle, `unable to load root certificates: ${bundleFault(caBundle)}`));
    }
    const before = old?.spec.conversion?.webhook?.conversionReviewVersions ?? [];
    validateReviewVersions(webhook?.conversionReviewVersions ?? [], before.length > 0 && !before.some(isKnownReview), { path: `${path}.conversionReviewVersions`, errors });
    return;
  }
  if (webhook?.clientConfig !== undefined) errors.push(forbidden(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook'));
  if ((webhook?.conversionReviewVersions ?? []).length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, 'should not be set when strategy is not set to Webhook'));
}

const hasDefaults = (schema: JSONSchemaProps | undefined): boolean => schema !== undefined && [...schemasIn(schema)].some((inner) => inner.default !== undefined);

function validateSpec({ spec }: CustomResourceDefinition, old: CustomResourceDefinition | undefined, errors: FieldError[]): void {
  const messages = dns1123Subdomain(spec.group ?? '');
  if (!spec.group) errors.push(required('spec.group'));
  else if (messages.length > 0) errors.push(invalid('spec.group', spec.group, messages.join(',')));
  else if (!spec.group.includes('.')) errors.push(invalid('spec.group', spec.group, 'should be a domain with at least one dot'));
  if (!spec.scope) errors.push(required('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  (spec.versions ?? []).forEach((version, i) => {
    if (version.schema?.openAPIV3Schema === undefined) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
  });
  if (spec.preserveUnknownFields === true && (spec.versions ?? []).some(({ schema }) => hasDefaults(schema?.openAPIV3Schema))) {
    errors.push(invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  }
  validateVersions(spec, old?.spec, errors);
  if (spec.preserveUnknownFields === true && (spec.conversion?.strategy ?? 'None') !== 'None') {
    errors.push(invalid('spec.conversion.strategy', spec.conversion?.strategy, 'must be None if spec.preserveUnknownFields is true'));
  }
  validateConversion(spec.conversion, old, errors);
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
  validateSpec(definition, undefined, errors);
  validateNameList(definition.status?.acceptedNames, 'status.acceptedNames', errors);
  validateStored(definition, errors);
  validateApproval(definition, errors);
  validatePreserve(definition, errors);
  return errors;
}

/** A changed definition: names stay once they are served. */
export function validateDefinitionUpdate(definition: CustomResourceDefinition, old: CustomResourceDefinition): readonly FieldError[] {
  const errors = validateAnyMetaUpdate(definition, old);
  validateSpec(definition, old, errors);
  if (isConditionStatus(old.status?.conditions, 'Established')) {
    errors.push(...validateImmutable(definition.spec.scope, old.spec.scope, 'spec.scope'));
    errors.push(...validateImmutable(definition.spec.names.kind, old.spec.names.kind, 'spec.names.kind'));
  }
  errors.push(...validateImmutable(definition.spec.group, old.spec.group, 'spec.group'));
  errors.push(...validateImmutable(definition.spec.names.plural, old.spec.names.plural, 'spec.names.plural'));
  validateNameList(definition.status?.acceptedNames, 'status.acceptedNames', errors);
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
