import { equalData } from '../../../base/compare.ts';
import { invalid, notSupported, required, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, IntOrString, KubeObject, LabelSelector } from '../../meta.ts';
import { defineResource, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { isEmptyLabelSelector, isReadableSelector, labelSelectorText, selectorOfLabels, selectorText, selectorValue, validateLabelSelector } from '../../selector.ts';
import { age } from '../../time.ts';
import { validateNonNegative, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { templateWarnings } from '../core/pod-warnings.ts';
import { validatePodTemplate } from '../core/validate-pod-spec.ts';
import {
  containerImages, containerNames, defaultTemplate, isZero, noTemplate, setValidation, validateCollisions, validateEndless, validateIntOrPercent, validateNotAboveAll, validateSelected,
} from './workload.ts';

/** How pods of a daemon set are replaced. */
export interface DaemonSetUpdateStrategy {
  readonly type?: 'RollingUpdate' | 'OnDelete';
  readonly rollingUpdate?: { readonly maxUnavailable?: IntOrString; readonly maxSurge?: IntOrString };
}

/** The desired state of a daemon set. */
export interface DaemonSetSpec {
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly updateStrategy?: DaemonSetUpdateStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
}

/** The observed state of a daemon set. */
export interface DaemonSetStatus {
  readonly currentNumberScheduled: number;
  readonly numberMisscheduled: number;
  readonly desiredNumberScheduled: number;
  readonly numberReady: number;
  readonly observedGeneration?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly numberUnavailable?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly Condition[];
}

/** One pod on each matching node. */
export interface DaemonSet extends KubeObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'DaemonSet';
  readonly spec: DaemonSetSpec;
  readonly status?: DaemonSetStatus;
}

function defaultStrategy(strategy: DaemonSetUpdateStrategy | undefined): DaemonSetUpdateStrategy {
  if (strategy?.type !== undefined && strategy.type !== 'RollingUpdate') return strategy;
  return { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: strategy?.rollingUpdate?.maxUnavailable ?? 1, maxSurge: strategy?.rollingUpdate?.maxSurge ?? 0 } };
}

/** Old revisions kept for undo. */
const defaultHistory = 10;

function defaultSpec(spec: DaemonSetSpec): DaemonSetSpec {
  const updateStrategy = defaultStrategy(spec.updateStrategy);
  const template = defaultTemplate(spec.template ?? noTemplate);
  if (equalData(updateStrategy, spec.updateStrategy) && template === spec.template && spec.revisionHistoryLimit !== undefined) return spec;
  return { ...spec, updateStrategy, template, revisionHistoryLimit: spec.revisionHistoryLimit ?? defaultHistory };
}

function validateStrategy(strategy: DaemonSetUpdateStrategy | undefined, errors: FieldError[]): void {
  const path = 'spec.updateStrategy';
  if (strategy?.type === 'OnDelete') return;
  const rolling = strategy?.rollingUpdate;
  if (strategy?.type !== 'RollingUpdate') {
    const shown = rolling && structure({ MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 });
    errors.push(notSupported(path, structure({ Type: strategy?.type ?? '', RollingUpdate: shown }), ['RollingUpdate', 'OnDelete']));
    return;
  }
  if (rolling === undefined) { errors.push(required(`${path}.rollingUpdate`)); return; }
  validateIntOrPercent(rolling.maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors);
  validateIntOrPercent(rolling.maxSurge, `${path}.rollingUpdate.maxSurge`, errors);
  validateNotAboveAll(rolling.maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors);
  validateNotAboveAll(rolling.maxSurge, `${path}.rollingUpdate.maxSurge`, errors);
  if (isZero(rolling.maxUnavailable) && isZero(rolling.maxSurge)) {
    errors.push(required(`${path}.rollingUpdate.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  } else if (!isZero(rolling.maxUnavailable) && !isZero(rolling.maxSurge)) {
    errors.push(invalid(`${path}.rollingUpdate.maxSurge`, rolling.maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
}

/** @source kubernetes pkg/apis/apps/validation/validation.go (ValidateDaemonSetSpec) */
function validateSpec(spec: DaemonSetSpec, errors: FieldError[]): void {
  const { selector, template = noTemplate } = spec;
  errors.push(...validateLabelSelector(selector, 'spec.selector'));
  if (selector === undefined || isReadableSelector(selector)) validateSelected(template, selector, errors);
  if (selector !== undefined && isEmptyLabelSelector(selector)) errors.push(invalid('spec.selector', selectorValue(selector), 'empty selector is invalid for daemonset'));
  errors.push(...validatePodTemplate(template, 'spec.template'));
  validateEndless(template, 'DaemonSet', errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateStrategy(spec.updateStrategy, errors);
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
}

/** The number of the template, which clients of old versions saw in the spec. @source k8s.io/api apps/v1 types.go (DeprecatedTemplateGeneration) */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function withTemplateGeneration(set: DaemonSet, generation: string): DaemonSet {
  if (set.metadata.annotations?.[TEMPLATE_GENERATION] === generation) return set;
  return { ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, [TEMPLATE_GENERATION]: generation } } };
}

/** The generation of a new template: one, unless a client counts on from somewhere. */
function firstTemplateGeneration({ metadata }: DaemonSet): string {
  const given = metadata.annotations?.[TEMPLATE_GENERATION] ?? '';
  return Number(given) >= 1 ? given : '1';
}

/** The generation of the template after an update. */
function nextTemplateGeneration(set: DaemonSet, old: DaemonSet): string {
  const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '0') || 0;
  return String(equalData(set.spec.template, old.spec.template) ? before : before + 1);
}

const strategy = specStrategy<DaemonSet>({ currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 });

const counts = [
  'currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable',
  'collisionCount',
] as const;

/** @source kubernetes pkg/apis/apps/validation/validation.go (ValidateDaemonSetStatusUpdate) */
function validateStatusUpdate(set: DaemonSet, old: DaemonSet): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(set, old);
  for (const field of counts) validateNonNegative(set.status?.[field], `status.${field}`, errors);
  validateCollisions(set.status?.collisionCount, old.status?.collisionCount, errors);
  return errors;
}

/** @source kubernetes pkg/registry/apps/daemonset/strategy.go */
export const daemonSetResource = defineResource<DaemonSet>({
  group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets', singular: 'daemonset', shortNames: ['ds'], categories: ['all'],
  namespaced: true, subresources: [statusSubresource], storagePrefix: '/registry/daemonsets/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<DaemonSet>(true),
  columns: [
    { name: 'Name', cell: (set) => set.metadata.name },
    { name: 'Desired', type: 'integer', doc: 'apps.DaemonSetStatus.desiredNumberScheduled', cell: (set) => set.status?.desiredNumberScheduled ?? 0 },
    { name: 'Current', type: 'integer', doc: 'apps.DaemonSetStatus.currentNumberScheduled', cell: (set) => set.status?.currentNumberScheduled ?? 0 },
    { name: 'Ready', type: 'integer', doc: 'apps.DaemonSetStatus.numberReady', cell: (set) => set.status?.numberReady ?? 0 },
    { name: 'Up-to-date', type: 'integer', doc: 'apps.DaemonSetStatus.updatedNumberScheduled', cell: (set) => set.status?.updatedNumberScheduled ?? 0 },
    { name: 'Available', type: 'integer', doc: 'apps.DaemonSetStatus.numberAvailable', cell: (set) => set.status?.numberAvailable ?? 0 },
    { name: 'Node Selector', doc: 'PodSpec.nodeSelector', cell: (set) => selectorText(selectorOfLabels(set.spec?.template?.spec?.nodeSelector)) || '<none>' },
    { name: 'Age', cell: (set, now) => age(set.metadata.creationTimestamp, now) },
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (set) => containerNames(set.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (set) => containerImages(set.spec?.template) },
    { name: 'Selector', wide: true, doc: 'apps.DaemonSetSpec.selector', cell: (set) => labelSelectorText(set.spec?.selector) },
  ],
  defaults(set) {
    const spec = defaultSpec(set.spec ?? {});
    return spec === set.spec ? set : { ...set, spec };
  },
  ...strategy,
  prepareForCreate: (set) => withTemplateGeneration(strategy.prepareForCreate(set), firstTemplateGeneration(set)),
  prepareForUpdate: (set, old) => withTemplateGeneration(strategy.prepareForUpdate(set, old), nextTemplateGeneration(set, old)),
  ...setValidation<DaemonSet>(validateSpec),
  validateStatusUpdate,
  warnings: (object, old) => templateWarnings(object.spec?.template, old?.spec?.template, 'spec.template'),
});
