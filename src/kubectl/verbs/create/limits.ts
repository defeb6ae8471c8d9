/** `create quota` and `create poddisruptionbudget`. */
import type { Result } from '../../../base/data.ts';
import type { LabelSelector } from '../../../api/meta.ts';
import { canonicalQuantity, quantityFault } from '../../../api/quantity.ts';
import { parseLabelSelector, type Requirement } from '../../../api/selector.ts';
import { isSet, textFlag } from '../../options.ts';
import { defineGenerator } from './generate.ts';
import { POD_DISRUPTION_BUDGET, RESOURCE_QUOTA } from './kinds.ts';

/** `cpu=1,memory=1Gi` as amounts by resource; '' = none. */
export function amountsOf(text: string): Result<Readonly<Record<string, string>>, string> {
  const amounts: Record<string, string> = {};
  for (const word of text === '' ? [] : text.split(',')) {
    const parts = word.split('=');
    if (parts.length !== 2) return { ok: false, error: `Invalid argument syntax ${word}, expected <resource>=<value>` };
    const amount = canonicalQuantity(parts[1] ?? '');
    if (amount === undefined) return { ok: false, error: quantityFault(parts[1] ?? '') };
    amounts[parts[0] ?? ''] = amount;
  }
  return { ok: true, value: amounts };
}

/** @source kubernetes/kubectl pkg/cmd/create/create_quota.go */
export const createQuota = defineGenerator({
  path: ['quota'], of: RESOURCE_QUOTA, noun: 'quota', summary: 'create a quota of a namespace',
  flags: [{ name: 'hard', type: 'string', summary: 'the most there may be, for example cpu=1,pods=2' }, { name: 'scopes', type: 'string', summary: 'which objects count', choices: ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass'] }],
  examples: [{ line: 'kubectl create quota small --hard=pods=2,cpu=1 --dry-run=client -o name', shows: 'resourcequota/small' }],
  generate(args, name) {
    const hard = amountsOf(textFlag(args, 'hard'));
    if (!hard.ok) return hard;
    const scopes = textFlag(args, 'scopes') === '' ? [] : textFlag(args, 'scopes').split(',');
    const spec = { ...(Object.keys(hard.value).length === 0 ? {} : { hard: hard.value }), ...(scopes.length === 0 ? {} : { scopes }) };
    return { ok: true, value: { kind: 'ResourceQuota', apiVersion: 'v1', metadata: { name }, spec, status: {} } };
  },
});

const OPERATORS: Readonly<Partial<Record<Requirement['operator'], string>>> = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };

/** A selector in words as the field of an object. @source kubernetes/apimachinery pkg/apis/meta/v1/helpers.go ParseToLabelSelector */
export function labelSelectorOf(text: string): Result<LabelSelector, string> {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) return { ok: false, error: `couldn't parse the selector string ${JSON.stringify(text)}: ${parsed.error.replace(/^unable to parse requirement: /, '')}` };
  const labels: Record<string, string> = {};
  const expressions: { key: string; operator: string; values?: readonly string[] }[] = [];
  for (const { key, operator, values } of parsed.value.requirements) {
    if (operator === '=' || operator === '==') labels[key] = values[0] ?? '';
    else if (OPERATORS[operator] === undefined) return { ok: false, error: `${JSON.stringify(operator)} isn't supported in label selectors` };
    else expressions.push({ key, operator: OPERATORS[operator], ...(values.length === 0 ? {} : { values }) });
  }
  return { ok: true, value: { ...(Object.keys(labels).length === 0 ? {} : { matchLabels: labels }), ...(expressions.length === 0 ? {} : { matchExpressions: expressions as NonNullable<LabelSelector['matchExpressions']> }) } };
}

/** A number or a percentage. */
function countOf(text: string, what: string): Result<number | string, string> {
  if (/^\d+%$/.test(text)) return { ok: true, value: text };
  return /^\d+$/.test(text) ? { ok: true, value: Number(text) } : { ok: false, error: `invalid format specified for ${what}` };
}

/** @source kubernetes/kubectl pkg/cmd/create/create_pdb.go */
export const createPodDisruptionBudget = defineGenerator({
  path: ['poddisruptionbudget'], of: POD_DISRUPTION_BUDGET, noun: 'poddisruptionbudget', summary: 'create a budget of disruptions for pods',
  flags: [
    { name: 'selector', type: 'string', summary: 'which pods, for example app=web' }, { name: 'min-available', type: 'string', summary: 'how many must stay, a number or 50%' },
    { name: 'max-unavailable', type: 'string', summary: 'how many may be away, a number or 50%' },
  ],
  examples: [{ line: 'kubectl create pdb steady --selector=app=web --min-available=1 --dry-run=client -o name', shows: 'poddisruptionbudget.policy/steady' }],
  generate(args, name) {
    const least = textFlag(args, 'min-available');
    const most = textFlag(args, 'max-unavailable');
    if (textFlag(args, 'selector') === '') return { ok: false, error: 'a selector must be specified' };
    if (least === '' && most === '') return { ok: false, error: 'one of min-available or max-unavailable must be specified' };
    if (isSet(args, 'min-available') && isSet(args, 'max-unavailable')) return { ok: false, error: 'min-available and max-unavailable cannot be both specified' };
    const selector = labelSelectorOf(textFlag(args, 'selector'));
    if (!selector.ok) return selector;
    const count = least === '' ? countOf(most, 'max-unavailable') : countOf(least, 'min-available');
    if (!count.ok) return count;
    const spec = { ...(least === '' ? {} : { minAvailable: count.value }), selector: selector.value, ...(most === '' ? {} : { maxUnavailable: count.value }) };
    return { ok: true, value: { kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', metadata: { name }, spec, status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } } };
  },
});
