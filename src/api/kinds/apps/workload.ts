/** What the kinds of `apps/v1` share: template checks, defaults and cells. */
import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, mapValue, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { percentageOf } from '../../intstr.ts';
import type { IntOrString, KubeObject, LabelSelector } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import type { ResourceDescriptor } from '../../resource.ts';
import { isEmptyLabelSelector, isReadableSelector, labelSelectorMatches, selectorValue, validateLabelSelector } from '../../selector.ts';
import { immutableText, negativeText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { defaultPodSpec } from '../core/pod-defaults.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { validatePodTemplate } from '../core/validate-pod-spec.ts';

/** The template with its pod spec defaulted; the same object when nothing was missing. */
export function defaultTemplate(template: PodTemplateSpec): PodTemplateSpec {
  const given = template.spec ?? { containers: [] };
  const spec = defaultPodSpec(given);
  return spec === template.spec ? template : { ...template, spec };
}

/** The selector of a workload, which must select something. `kind` as in the message. */
export function validateWorkloadSelector(selector: LabelSelector | undefined, kind: string, errors: FieldError[]): void {
  if (selector === undefined) { errors.push(required('spec.selector')); return; }
  errors.push(...validateLabelSelector(selector, 'spec.selector'));
  if (isEmptyLabelSelector(selector)) errors.push(invalid('spec.selector', selectorValue(selector), `empty selector is invalid for ${kind}`));
}

/** A selector stays as it was made. */
export function validateSameSelector(selector: LabelSelector | undefined, old: LabelSelector | undefined, errors: FieldError[]): void {
  if (!equalData(selector, old)) errors.push(invalid('spec.selector', selector === undefined ? null : selectorValue(selector), immutableText));
}

/** What a workload without a template is defaulted and judged by: a template that says nothing. */
export const noTemplate: PodTemplateSpec = Object.freeze({ spec: Object.freeze({ containers: Object.freeze([]) }) });

/** The labels of a template, which the selector must select. */
export function validateSelected(template: PodTemplateSpec, selector: LabelSelector | undefined, errors: FieldError[]): void {
  const labels = template.metadata?.labels;
  if (!labelSelectorMatches(selector, labels)) errors.push(invalid('spec.template.metadata.labels', mapValue(labels), '`selector` does not match template `labels`'));
}

/** Pods of a workload live for ever. `kind` as in the message. */
export function validateEndless(template: PodTemplateSpec, kind: string, errors: FieldError[]): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined) errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`));
}

/** The template of a Deployment or ReplicaSet. @source kubernetes pkg/apis/apps/validation/validation.go (ValidatePodTemplateSpecForReplicaSet) */
export function validateWorkloadTemplate(given: PodTemplateSpec | undefined, selector: LabelSelector | undefined, errors: FieldError[]): void {
  if (selector !== undefined && !isReadableSelector(selector)) { errors.push(invalid('spec.selector', selectorValue(selector), 'invalid label selector')); return; }
  const template = given ?? noTemplate;
  validateSelected(template, selector, errors);
  errors.push(...validatePodTemplate(template, 'spec.template'));
  validateEndless(template, 'ReplicaSet', errors);
}

/** A count or percentage that is not negative; a percentage may be limited to 100. */
export function validateIntOrPercent(value: IntOrString | undefined, path: string, errors: FieldError[]): void {
  if (value === undefined) return;
  if (typeof value === 'number') {
    if (value < 0) errors.push(invalid(path, value, negativeText));
  } else if (percentageOf(value) === undefined) {
    errors.push(invalid(path, value, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
  }
}

/** A percentage above all. */
export function validateNotAboveAll(value: IntOrString | undefined, path: string, errors: FieldError[]): void {
  if (typeof value === 'string' && (percentageOf(value) ?? 0) > 100) errors.push(invalid(path, value, 'must not be greater than 100%'));
}

/** Whether a value is a plain zero or 0%; a text that is no number counts as one too. @source kubernetes pkg/apis/apps/validation/validation.go (getIntOrPercentValue) */
export function isZero(value: IntOrString | undefined): boolean {
  if (typeof value !== 'string') return (value ?? 0) === 0;
  return (percentageOf(value) ?? (/^[+-]?[0-9]+$/.test(value) ? Number(value) : 0)) === 0;
}

/** A status that counts back. */
export function validateCollisions(now: number | undefined, before: number | undefined, errors: FieldError[]): void {
  if (before !== undefined && (now === undefined || now < before)) errors.push(invalid('status.collisionCount', now ?? 0, 'cannot be decremented'));
}

/** Names of a template's containers, as the wide columns show them. */
export const containerNames = (template: PodTemplateSpec | undefined): string => (template?.spec?.containers ?? []).map((container) => container.name).join(',');
/** Images of a template's containers. */
export const containerImages = (template: PodTemplateSpec | undefined): string => (template?.spec?.containers ?? []).map((container) => container.image ?? '').join(',');

interface WorkloadSet extends KubeObject { readonly spec: { readonly selector?: object } }

/**
 * How sets are validated: an update as a new object and as a change, so that faults come twice. Unless `mayMove`, the selector stays as it was made.
 * @source kubernetes pkg/registry/apps/replicaset/strategy.go, pkg/registry/apps/daemonset/strategy.go, pkg/registry/core/replicationcontroller/strategy.go
 */
export function setValidation<T extends WorkloadSet>(validateSpec: (spec: T['spec'], errors: FieldError[]) => void, mayMove = false): Pick<ResourceDescriptor<T>, 'validate' | 'validateUpdate'> {
  return {
    validate(set) {
      const errors = validateObjectMeta(set, true, dns1123Subdomain);
      validateSpec(set.spec, errors);
      return errors;
    },
    validateUpdate(set, old) {
      const ofSpec: FieldError[] = [];
      if (set.spec !== old.spec) validateSpec(set.spec, ofSpec);
      const errors = [...validateObjectMeta(set, true, dns1123Subdomain), ...ofSpec, ...validateObjectMetaUpdate(set, old), ...ofSpec];
      if (!mayMove && set.spec !== old.spec) validateSameSelector(set.spec.selector, old.spec.selector, errors);
      return errors;
    },
  };
}
