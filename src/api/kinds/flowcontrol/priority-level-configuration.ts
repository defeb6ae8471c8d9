import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1123Subdomain, inclusiveRangeText } from '../../names.ts';
import { defineResource, keepOnlyStatusAndMetadata, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { validateObjectMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { fixedPriorityLevels } from './fixed.ts';
import { validateConditions } from './flow-schema.ts';
import { shownPriorityLevel } from './shown.ts';

/** Queues of waiting requests. */
export interface QueuingConfiguration {
  readonly queues?: number;
  readonly handSize?: number;
  readonly queueLengthLimit?: number;
}

/** How many requests run at once, and what becomes of the others. */
export interface LimitedPriorityLevel {
  readonly nominalConcurrencyShares?: number;
  readonly lendablePercent?: number;
  readonly borrowingLimitPercent?: number;
  readonly limitResponse?: { readonly type: 'Queue' | 'Reject'; readonly queuing?: QueuingConfiguration };
}

/** One of the two. */
export interface PriorityLevelConfigurationSpec {
  readonly type: 'Limited' | 'Exempt';
  readonly limited?: LimitedPriorityLevel;
  readonly exempt?: { readonly nominalConcurrencyShares?: number; readonly lendablePercent?: number };
}

/** A share of the server's concurrency. */
export interface PriorityLevelConfiguration extends KubeObject {
  readonly apiVersion: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind: 'PriorityLevelConfiguration';
  readonly spec?: PriorityLevelConfigurationSpec;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const defaultShares = 30;
const defaultQueues: QueuingConfiguration = { handSize: 8, queueLengthLimit: 50, queues: 64 };
const maximumQueues = 10_000_000;
const maximumPercent = 100;
/** Bits of the hash that deals a hand of queues to a flow. */
const hashBits = 60;
const roundtripAnnotation = 'flowcontrol.k8s.io/concurrency-shares-defaults-preserved';

/** @source kubernetes pkg/apis/flowcontrol/v1/defaults.go */
function defaultSpec(spec: PriorityLevelConfigurationSpec): PriorityLevelConfigurationSpec {
  if (spec.type === 'Exempt') {
    return { ...spec, exempt: { ...spec.exempt, nominalConcurrencyShares: spec.exempt?.nominalConcurrencyShares ?? 0, lendablePercent: spec.exempt?.lendablePercent ?? 0 } };
  }
  const { limited } = spec;
  if (limited === undefined) return spec;
  const response = limited.limitResponse;
  const queuing = response?.queuing;
  return {
    ...spec,
    limited: {
      ...limited, nominalConcurrencyShares: limited.nominalConcurrencyShares ?? defaultShares, lendablePercent: limited.lendablePercent ?? 0,
      ...(response === undefined || queuing === undefined ? {} : { limitResponse: { ...response, queuing: withDefaultQueues(queuing) } }),
    },
  };
}

function withDefaultQueues(queuing: QueuingConfiguration): QueuingConfiguration {
  return { ...queuing, queues: queuing.queues || defaultQueues.queues || 0, handSize: queuing.handSize || defaultQueues.handSize || 0, queueLengthLimit: queuing.queueLengthLimit || defaultQueues.queueLengthLimit || 0 };
}

/** Whether a hash cannot tell all hands of `hand` cards out of `deck` apart. @source kubernetes/apiserver pkg/util/shufflesharding/shufflesharding.go */
function exceedsHash(deck: number, hand: number): boolean {
  let hands = 1n;
  for (let i = 0; i < hand && hands <= 1n << BigInt(hashBits); i++) hands *= BigInt(deck);
  return hands > 1n << BigInt(hashBits);
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, path: string, errors: FieldError[]): void {
  if (queueLengthLimit <= 0) errors.push(invalid(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, 'must be positive'));
  else if (queues > maximumQueues) errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${maximumQueues}`));
  if (handSize <= 0) errors.push(invalid(`${path}.handSize`, handSize, 'must be positive'));
  else if (handSize > queues) errors.push(invalid(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`));
  else if (exceedsHash(queues, handSize)) {
    errors.push(invalid(`${path}.handSize`, handSize, `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBits}`));
  }
}

function validateResponse(response: NonNullable<LimitedPriorityLevel['limitResponse']> | undefined, errors: FieldError[]): void {
  const path = 'spec.limited.limitResponse';
  const type = response?.type ?? '';
  if (type === 'Reject') {
    if (response?.queuing !== undefined) errors.push(forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (type === 'Queue') {
    if (response?.queuing === undefined) errors.push(required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
    else validateQueuing(response.queuing, `${path}.queuing`, errors);
  } else if (type === '') errors.push(required(`${path}.type`));
  else errors.push(notSupported(`${path}.type`, type, ['Queue', 'Reject']));
}

function validateShares(shares: number | undefined, path: string, errors: FieldError[]): void {
  if (shares !== undefined && shares < 0) errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
}

function validateLendable(percent: number | undefined, path: string, errors: FieldError[]): void {
  if (percent !== undefined && (percent < 0 || percent > maximumPercent)) errors.push(invalid(`${path}.lendablePercent`, percent, inclusiveRangeText(0, maximumPercent)));
}

function validateLimited(limited: LimitedPriorityLevel, errors: FieldError[]): void {
  const path = 'spec.limited';
  validateShares(limited.nominalConcurrencyShares, path, errors);
  validateResponse(limited.limitResponse, errors);
  validateLendable(limited.lendablePercent, path, errors);
  const borrowing = limited.borrowingLimitPercent;
  if (borrowing !== undefined && borrowing < 0) errors.push(invalid(`${path}.borrowingLimitPercent`, borrowing, 'if specified, must be a non-negative integer'));
}

function validateKind(type: string, spec: PriorityLevelConfigurationSpec, errors: FieldError[]): void {
  if (type === 'Exempt') {
    if (spec.limited !== undefined) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    validateShares(spec.exempt?.nominalConcurrencyShares, 'spec.exempt', errors);
    validateLendable(spec.exempt?.lendablePercent, 'spec.exempt', errors);
  } else if (type === 'Limited') {
    if (spec.exempt !== undefined) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    if (spec.limited === undefined) errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    else validateLimited(spec.limited, errors);
  } else if (type === '') errors.push(required('spec.type'));
  else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
}

/** @source kubernetes pkg/apis/flowcontrol/validation/validation.go (ValidatePriorityLevelConfiguration) */
function validate(level: PriorityLevelConfiguration, errors: FieldError[]): readonly FieldError[] {
  const { metadata: { name, annotations }, spec } = level;
  if (annotations?.[roundtripAnnotation] !== undefined) errors.push(forbidden('metadata.annotations', `annotation '${roundtripAnnotation}' is forbidden`));
  const type: string = spec?.type ?? '';
  if ((name === 'exempt') !== (type === 'Exempt')) errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  validateKind(type, spec ?? { type: 'Limited' }, errors);
  const fixed = Object.hasOwn(fixedPriorityLevels, name) ? fixedPriorityLevels[name] : undefined;
  if (name === 'exempt') {
    const { exempt: _free, ...rest } = spec ?? { type: 'Limited' };
    if (!equalData(rest, { type: 'Exempt' })) errors.push(invalid('spec', shownPriorityLevel(spec), `spec of '${name}' except the 'spec.exempt' field must equal the fixed value`));
  } else if (fixed !== undefined && !equalData(spec, fixed)) errors.push(invalid('spec', shownPriorityLevel(spec), `spec of '${name}' must equal the fixed value`));
  validateConditions(level.status?.conditions, errors);
  return errors;
}

const queuingOf = (level: PriorityLevelConfiguration): QueuingConfiguration | undefined => level.spec?.limited?.limitResponse?.queuing;
const orNone = (value: number | undefined): string | number => value ?? '<none>';

/** @source kubernetes pkg/registry/flowcontrol/prioritylevelconfiguration/strategy.go */
export const priorityLevelConfigurationResource = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration', shortNames: [], categories: [], namespaced: false, subresources: [statusSubresource],
  storagePrefix: '/registry/prioritylevelconfigurations/', allowUnconditionalUpdate: false, selectableFields: metadataFields<PriorityLevelConfiguration>(false),
  columns: [
    nameColumn(),
    { name: 'Type', doc: 'flowcontrol.PriorityLevelConfigurationSpec.type', cell: (level) => level.spec?.type ?? '' },
    { name: 'NominalConcurrencyShares', doc: 'flowcontrol.LimitedPriorityLevelConfiguration.nominalConcurrencyShares', cell: ({ spec }) => orNone(spec?.limited?.nominalConcurrencyShares) },
    { name: 'Queues', doc: 'flowcontrol.QueuingConfiguration.queues', cell: (level) => orNone(queuingOf(level)?.queues) },
    { name: 'HandSize', doc: 'flowcontrol.QueuingConfiguration.handSize', cell: (level) => orNone(queuingOf(level)?.handSize) },
    { name: 'QueueLengthLimit', doc: 'flowcontrol.QueuingConfiguration.queueLengthLimit', cell: (level) => orNone(queuingOf(level)?.queueLengthLimit) },
    ageColumn(),
  ],
  defaults(level) {
    if (level.spec === undefined) return level;
    const spec = defaultSpec(level.spec);
    return equalData(spec, level.spec) ? level : { ...level, spec };
  },
  ...specStrategy<PriorityLevelConfiguration>({}),
  prepareForStatusUpdate: keepOnlyStatusAndMetadata,
  validate: (level) => validate(level, validateObjectMeta(level, false, dns1123Subdomain)),
  validateUpdate: (level) => validate(level, validateObjectMeta(level, false, dns1123Subdomain)),
  validateStatusUpdate(level) {
    const errors: FieldError[] = [];
    validateConditions(level.status?.conditions, errors);
    return errors;
  },
});
