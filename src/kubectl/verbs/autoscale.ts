import type { Result } from '../../base/data.ts';
import { canonicalQuantity } from '../../api/quantity.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Change, changeOf, report } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { isCustom } from '../custom-kinds.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags } from '../flags.ts';
import { withLastApplied } from '../last-applied.ts';
import { type Member, membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { isOn, isSet, numberFlag, textFlag } from '../options.ts';
import { recordFlag } from '../record.ts';
import { read, send } from '../requests.ts';

const KIND = { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' } as const;
const DEPRECATED = "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n";

/** Lets the number of replicas follow the load.
 * @source kubernetes/kubectl pkg/cmd/autoscale/autoscale.go */
export const autoscale = defineCommand({
  path: ['kubectl', 'autoscale'],
  summary: 'let the number of replicas follow the load',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, recordFlag,
    { name: 'min', type: 'int', summary: 'the fewest replicas' },
    { name: 'max', type: 'int', summary: 'the most replicas' },
    { name: 'cpu', type: 'string', summary: 'wanted use of the CPU, 70% or 500m' },
    { name: 'memory', type: 'string', summary: 'wanted use of memory, 60% or 500Mi' },
    { name: 'cpu-percent', type: 'int', summary: 'wanted use of the CPU in percent', hidden: true },
    { name: 'name', type: 'string', summary: 'name of the autoscaler' },
    { name: 'save-config', type: 'bool', summary: 'remember the object for apply', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl autoscale deployment shop --max=5 --cpu=80% --dry-run=client', shows: 'autoscaling/shop autoscaled (dry run)' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (!isSet(args, 'max')) return yield* usage('required flag(s) "max" not set');
    if (isSet(args, 'cpu-percent')) yield* cx.printError(DEPRECATED);
    const metrics = metricsOf(args);
    if (!metrics.ok) return yield* usage(metrics.error);
    if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
    const change = changeOf(args, 'kubectl-autoscale', { asIs: true });
    if (!change.ok) return yield* fail(change.error);
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    for (const member of members.value.members) {
      const failure = yield* scaleOne(member, { args, change: change.value, metrics: metrics.value });
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

/** `apps/v1, Resource=deployments`, as Go prints a GroupVersionResource. */
const gvr = ({ group, version, plural }: Member['target']['descriptor']): string => `${group}/${version}, Resource=${plural}`;

type Metric = Readonly<Record<string, unknown>>;

function metricsOf(args: Arguments): Result<readonly Metric[], string> {
  const [least, most] = [numberFlag(args, 'min') ?? -1, numberFlag(args, 'max') ?? -1];
  if (most < 1) return { ok: false, error: `--max=MAXPODS is required and must be at least 1, max: ${most}` };
  if (most < least) return { ok: false, error: `--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${most}, min: ${least}` };
  if (isSet(args, 'cpu-percent') && isSet(args, 'cpu')) return { ok: false, error: '--cpu-percent and --cpu are mutually exclusive' };
  const metrics: Metric[] = [];
  const percent = numberFlag(args, 'cpu-percent');
  if (percent !== undefined) metrics.push(metric('cpu', { type: 'Utilization', averageUtilization: percent }));
  for (const name of ['cpu', 'memory'] as const) {
    const text = textFlag(args, name);
    if (text === '') continue;
    const target = targetOf(text);
    if (target === undefined) return { ok: false, error: `invalid resource ${name} value: ${text}` };
    metrics.push(metric(name, target));
  }
  return { ok: true, value: metrics };
}

const metric = (name: string, target: object): Metric => ({ type: 'Resource', resource: { name, target } });

/** `70%` is a share of the request, `500m` an amount. */
function targetOf(text: string): object | undefined {
  const percent = /^(\d+)%$/.exec(text)?.[1];
  if (percent !== undefined) return Number(percent) > 0 ? { type: 'Utilization', averageUtilization: Number(percent) } : undefined;
  const amount = canonicalQuantity(text);
  return amount === undefined ? undefined : { type: 'AverageValue', averageValue: amount };
}

interface Scaling { readonly args: Arguments; readonly change: Change; readonly metrics: readonly Metric[] }

function* scaleOne({ target, object }: Member, { args, change, metrics }: Scaling): Conversation<Failure | undefined> {
  const { descriptor, namespace } = target;
  // Of a kind of a definition only the server knows whether it can be scaled.
  const isScalable = descriptor.scale !== undefined || (isCustom(descriptor) && (yield* read({ ...target, subresource: 'scale' })).ok);
  if (!isScalable) return plainFailure(`cannot autoscale a ${descriptor.kind}: could not find scale subresource for ${gvr(descriptor)} in discovery information`);
  const name = textFlag(args, 'name') || object.metadata.name;
  const least = numberFlag(args, 'min') ?? -1;
  const made: KubeObject = {
    kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', metadata: { name, namespace },
    spec: {
      scaleTargetRef: { kind: descriptor.kind, name: object.metadata.name, apiVersion: apiVersionOf(descriptor) }, ...(least > 0 ? { minReplicas: least } : {}),
      maxReplicas: numberFlag(args, 'max') ?? 1, ...(metrics.length === 0 ? {} : { metrics }),
    }, status: { desiredReplicas: 0, currentMetrics: null },
  } as KubeObject;
  const unplaced = { ...made, metadata: { name } } as KubeObject;
  const saved = isOn(args, 'save-config') ? withLastApplied(unplaced, 'asIs') : unplaced;
  const body = { ...saved, metadata: { ...saved.metadata, namespace } };
  const what = { descriptor: KIND, name, done: 'autoscaled', change };
  if (change.dryRun === 'client') { yield* report(saved, { ...what, done: 'created' }); return undefined; }
  const answer = yield* send<KubeObject>({ verb: 'create', group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers', subresource: '', namespace, name: '', body, options: change.options });
  // Upstream tries the older version when the newer one is refused, and without a share of the CPU there is nothing to send.
  if (!answer.ok) return answer.error.type === 'status' && metrics.length === 0 ? plainFailure('failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: empty input') : answer.error;
  const stored = answer.value as KubeObject & { readonly status?: object };
  yield* report({ ...stored, status: { currentMetrics: null, ...stored.status } } as KubeObject, what);
  return undefined;
}
