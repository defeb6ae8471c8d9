/** Disruption budgets, priority classes, quotas, limit ranges, autoscalers. @source kubernetes/kubectl pkg/describe/describe.go */
import { compareText } from '../../base/compare.ts';
import type { KubeObject, LabelSelector, StringMap } from '../../api/meta.ts';
import { labelSelectorText } from '../../api/selector.ts';
import { longTime } from '../time-text.ts';
import { annotationLines, eventLines, labelLines, type Lines, pairsText } from './sections.ts';
import type { Described } from './types.ts';

export type BudgetLike = KubeObject & {
  readonly spec: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string; readonly selector?: LabelSelector };
  readonly status?: { readonly disruptionsAllowed?: number; readonly currentHealthy?: number; readonly desiredHealthy?: number; readonly expectedPods?: number };
};

export function describeBudget({ object, events, now }: Described<BudgetLike>): Lines {
  const { metadata, spec, status = {} } = object;
  const bound = spec.minAvailable !== undefined ? [`Min available:\t${spec.minAvailable}`] : spec.maxUnavailable === undefined ? [] : [`Max unavailable:\t${spec.maxUnavailable}`];
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, ...bound, `Selector:\t${spec.selector === undefined ? '<unset>' : labelSelectorText(spec.selector)}`, 'Status:',
    `    Allowed disruptions:\t${status.disruptionsAllowed ?? 0}`, `    Current:\t${status.currentHealthy ?? 0}`, `    Desired:\t${status.desiredHealthy ?? 0}`, `    Total:\t${status.expectedPods ?? 0}`, ...eventLines(events, now),
  ];
}

export type PriorityClassLike = KubeObject & { readonly value?: number; readonly globalDefault?: boolean; readonly preemptionPolicy?: string; readonly description?: string };

export function describePriorityClass({ object, events, now }: Described<PriorityClassLike>): Lines {
  return [
    `Name:\t${object.metadata.name}`, `Value:\t${object.value ?? 0}`, `GlobalDefault:\t${String(object.globalDefault === true)}`, `PreemptionPolicy:\t${object.preemptionPolicy ?? ''}`, `Description:\t${object.description ?? ''}`,
    `Annotations:\t${pairsText(object.metadata.annotations)}`, ...eventLines(events, now),
  ];
}

export type QuotaLike = KubeObject & { readonly spec?: { readonly scopes?: readonly string[]; readonly hard?: StringMap }; readonly status?: { readonly hard?: StringMap; readonly used?: StringMap } };

/** What the scopes of a quota match, as kubectl explains them. */
const SCOPES: StringMap = {
  Terminating: 'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating: 'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort: 'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

const usageLines = ({ status = {} }: QuotaLike, indent: string): Lines => Object.keys(status.hard ?? {}).sort(compareText).map((name) => `${indent}${name}\t${status.used?.[name] ?? '0'}\t${status.hard?.[name] ?? '0'}`);

function scopeLines({ spec }: QuotaLike, indent: string, mark: string): Lines {
  const scopes = [...(spec?.scopes ?? [])].sort(compareText);
  return scopes.length === 0 ? [] : [`${indent}Scopes:\t${scopes.join(', ')}`, ...scopes.flatMap((scope) => (SCOPES[scope] === undefined ? [] : [`${mark}${SCOPES[scope]}`]))];
}

export function describeQuota({ object }: Described<QuotaLike>): Lines {
  return [
    `Name:\t${object.metadata.name}`, `Namespace:\t${object.metadata.namespace ?? ''}`, ...scopeLines(object, '', ' * '),
    'Resource\tUsed\tHard', '--------\t----\t----', ...usageLines(object, ''),
  ];
}

interface Limit { readonly type?: string; readonly min?: StringMap; readonly max?: StringMap; readonly default?: StringMap; readonly defaultRequest?: StringMap; readonly maxLimitRequestRatio?: StringMap }
export type LimitRangeLike = KubeObject & { readonly spec?: { readonly limits?: readonly Limit[] } };
const LIMIT_HEADER = ['Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio', '----\t--------\t---\t---\t---------------\t-------------\t-----------------------'];

function limitLines({ spec = {} }: LimitRangeLike, indent: string): Lines {
  return (spec.limits ?? []).flatMap((limit) => {
    const sides = [limit.min, limit.max, limit.defaultRequest, limit.default, limit.maxLimitRequestRatio];
    const names = [...new Set(sides.flatMap((side) => Object.keys(side ?? {})))].sort(compareText);
    return names.map((name) => `${indent}${limit.type ?? ''}\t${name}\t${sides.map((side) => side?.[name] ?? '-').join('\t')}`);
  });
}

export function describeLimitRange({ object }: Described<LimitRangeLike>): Lines {
  return [`Name:\t${object.metadata.name}`, `Namespace:\t${object.metadata.namespace ?? ''}`, ...LIMIT_HEADER, ...limitLines(object, '')];
}

/** What a namespace tells of its quotas and limits. */
export function namespaceLimits(quotas: readonly QuotaLike[], ranges: readonly LimitRangeLike[]): Lines {
  const quota = quotas.length === 0 ? ['No resource quota.'] : ['Resource Quotas', ...[...quotas].sort((a, b) => compareText(a.metadata.name, b.metadata.name)).flatMap((each) => [`  Name:\t${each.metadata.name}`, ...scopeLines(each, '  ', '  * '), '  Resource\tUsed\tHard', '  --------\t---\t---', ...usageLines(each, '  ')])];
  const limits = ranges.length === 0 ? ['No LimitRange resource.'] : ['Resource Limits', ...LIMIT_HEADER.map((line) => ` ${line}`), ...ranges.flatMap((range) => limitLines(range, ' '))];
  return ['', ...quota, '', ...limits];
}

interface MetricTarget { readonly averageValue?: string; readonly averageUtilization?: number; readonly value?: string; readonly type?: string }
interface Metric {
  readonly type: string; readonly resource?: { readonly name: string; readonly target?: MetricTarget; readonly current?: MetricTarget };
  readonly containerResource?: { readonly name: string; readonly container?: string; readonly target?: MetricTarget; readonly current?: MetricTarget };
  readonly pods?: { readonly metric?: { readonly name?: string }; readonly target?: MetricTarget; readonly current?: MetricTarget };
  readonly object?: { readonly metric?: { readonly name?: string }; readonly describedObject?: { readonly kind?: string; readonly name?: string }; readonly target?: MetricTarget; readonly current?: MetricTarget };
  readonly external?: { readonly metric?: { readonly name?: string }; readonly target?: MetricTarget; readonly current?: MetricTarget };
}
interface Rules { readonly stabilizationWindowSeconds?: number; readonly selectPolicy?: string; readonly policies?: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[] }
export type AutoscalerLike = KubeObject & {
  readonly spec: { readonly scaleTargetRef: { readonly kind: string; readonly name: string }; readonly minReplicas?: number; readonly maxReplicas?: number; readonly metrics?: readonly Metric[]; readonly behavior?: { readonly scaleUp?: Rules; readonly scaleDown?: Rules } };
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number; readonly currentMetrics?: readonly (Metric | null)[] | null; readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[] };
};

export function describeAutoscaler({ object, events, now }: Described<AutoscalerLike>): Lines {
  const { metadata, spec, status = {} } = object;
  const { kind, name } = spec.scaleTargetRef;
  const conditions = status.conditions ?? [];
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`,
    `Reference:\t${kind}/${name}`, 'Metrics:\t( current / target )', ...(spec.metrics ?? []).map((metric, i) => `  ${metricText(metric, status.currentMetrics?.[i] ?? undefined)}`),
    `Min replicas:\t${spec.minReplicas ?? '<unset>'}`, `Max replicas:\t${spec.maxReplicas ?? 0}`,
    ...(spec.behavior === undefined ? [] : ['Behavior:', ...rulesLines('Scale Up', spec.behavior.scaleUp), ...rulesLines('Scale Down', spec.behavior.scaleDown)]),
    `${kind} pods:\t${status.currentReplicas ?? 0} current / ${status.desiredReplicas ?? 0} desired`,
    ...(conditions.length === 0 ? [] : ['Conditions:', '  Type\tStatus\tReason\tMessage', '  ----\t------\t------\t-------', ...conditions.map((each) => `  ${each.type}\t${each.status}\t${each.reason ?? ''}\t${each.message ?? ''}`)]), ...eventLines(events, now),
  ];
}

function metricText(metric: Metric, current: Metric | undefined): string {
  const unknown = '<unknown>';
  const quoted = (name: string | undefined): string => JSON.stringify(name ?? '');
  switch (metric.type) {
    case 'Resource': return resourceText(`resource ${metric.resource?.name ?? ''} on pods`, metric.resource?.target, current?.resource?.current);
    case 'ContainerResource': return resourceText(`resource ${metric.containerResource?.name ?? ''} of container ${quoted(metric.containerResource?.container)} on pods`, metric.containerResource?.target, current?.containerResource?.current);
    case 'Pods': return `${quoted(metric.pods?.metric?.name)} on pods:\t${current?.pods?.current?.averageValue ?? unknown} / ${metric.pods?.target?.averageValue ?? ''}`;
    case 'Object': {
      const { target, describedObject } = metric.object ?? {};
      const what = `${quoted(metric.object?.metric?.name)} on ${describedObject?.kind ?? ''}/${describedObject?.name ?? ''}`;
      return target?.type === 'AverageValue' ? `${what} (target average value):\t${current?.object?.current?.averageValue ?? unknown} / ${target.averageValue ?? ''}` : `${what} (target value):\t${current?.object?.current?.value ?? unknown} / ${target?.value ?? ''}`;
    }
    case 'External': {
      const { target } = metric.external ?? {};
      return target?.averageValue === undefined ? `${quoted(metric.external?.metric?.name)} (target value):\t${current?.external?.current?.value ?? unknown} / ${target?.value ?? ''}`
        : `${quoted(metric.external?.metric?.name)} (target average value):\t${current?.external?.current?.averageValue ?? unknown} / ${target.averageValue}`;
    }
    default: return `<unknown metric type ${quoted(metric.type)}>`;
  }
}

function resourceText(what: string, target: MetricTarget | undefined, current: MetricTarget | undefined): string {
  if (target?.averageValue !== undefined) return `${what}:\t${current?.averageValue ?? '<unknown>'} / ${target.averageValue}`;
  const now = current?.averageUtilization === undefined ? '<unknown>' : `${current.averageUtilization}% (${current.averageValue ?? ''})`;
  return `${what}  (as a percentage of request):\t${now} / ${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}

function rulesLines(title: string, rules: Rules | undefined): Lines {
  if (rules === undefined) return [];
  const policies = rules.policies ?? [];
  return [
    `  ${title}:`, ...(rules.stabilizationWindowSeconds === undefined ? [] : [`    Stabilization Window: ${rules.stabilizationWindowSeconds} seconds`]),
    ...(policies.length === 0 ? [] : [`    Select Policy: ${rules.selectPolicy ?? 'Max'}`, '    Policies:', ...policies.map((each) => `      - Type: ${each.type}\tValue: ${each.value}\tPeriod: ${each.periodSeconds} seconds`)]),
  ];
}
