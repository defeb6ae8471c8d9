import type { Result } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import type { ConfigMap, DaemonSet, Deployment, EndpointSlice, Event, Lease, Namespace, Node, Pod, ReplicaSet, Secret, Service } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { labelSelectorText } from '../../api/selector.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Target, targetsOf } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { describeNode } from '../describe/node.ts';
import { describeAny, describeConfigMap, describeNamespace, describeSecret, describeService } from '../describe/others.ts';
import { describePod } from '../describe/pod.ts';
import type { Lines } from '../describe/sections.ts';
import { describeDaemonSet, describeDeployment, describeReplicaSet } from '../describe/workloads.ts';
import { fail, type Failure, isNotFound, usage } from '../errors.ts';
import { allNamespacesFlag, fileFlags, selectorFlag } from '../flags.ts';
import { hasFiles, isOn, namespaceOf, textFlag } from '../options.ts';
import { list, read } from '../requests.ts';
import { currentSet, ownedSets } from '../rollout.ts';
import { alignTabs } from '../tabwriter.ts';

/** Shows an object with what belongs to it, events last.
 * @source kubernetes/kubectl pkg/cmd/describe/describe.go */
export const describe = defineCommand({
  path: ['kubectl', 'describe'],
  summary: 'show an object in detail, with its events',
  flags: [
    allNamespacesFlag, selectorFlag, ...fileFlags,
    { name: 'show-events', type: 'bool', summary: 'with events' },
    { name: 'chunk-size', type: 'int', summary: 'objects per request', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl describe node worker-1', shows: 'Allocated resources:' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (args.operands['resource'] === undefined && args.operands['typeNames'] === undefined && !hasFiles(args)) {
      return yield* usage('You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.');
    }
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    const failures: Failure[] = [...targets.value.failures];
    let isFirst = true;
    for (const target of targets.value.targets) {
      const found = yield* find(target, args);
      if (!found.ok) { failures.push(found.error); continue; }
      for (const object of found.value) {
        const text = alignTabs((yield* linesOf(object, target, args)).join('\n'));
        yield* cx.print(isFirst ? text : `\n\n${text}`);
        isFirst = false;
      }
    }
    if (isFirst && failures.length === 0) {
      const isEverywhere = isOn(args, 'all-namespaces') || targets.value.targets.some((target) => !target.descriptor.namespaced);
      yield* cx.printError(isEverywhere ? 'No resources found\n' : `No resources found in ${namespaceOf(args, settings)} namespace.\n`);
    }
    return yield* fail(...failures);
  },
});

/** The named object, or all whose names begin so, or the collection. */
function* find(target: Target, args: Arguments): Conversation<Result<readonly KubeObject[], Failure>> {
  if (target.name === '') {
    const label = textFlag(args, 'selector');
    const all = yield* list(target, label === '' ? {} : { labelSelector: label });
    return all.ok ? { ok: true, value: all.value.items } : all;
  }
  const one = yield* read(target);
  if (one.ok) return { ok: true, value: [one.value] };
  if (!isNotFound(one.error)) return one;
  const all = yield* list(target);
  const near = all.ok ? all.value.items.filter((object) => object.metadata.name.startsWith(target.name)) : [];
  return near.length > 0 ? { ok: true, value: near } : one;
}

const descriptor = (kind: string): Target['descriptor'] => must(descriptorOfKind(kind), `${kind} is served`);

function* listed<T extends KubeObject>(kind: string, namespace: string, options: { readonly labelSelector?: string; readonly fieldSelector?: string }): Conversation<readonly T[]> {
  const found = yield* list({ descriptor: descriptor(kind), namespace, name: '' }, options);
  return found.ok ? (found.value.items as readonly T[]) : [];
}

function* eventsOf(object: KubeObject, kind: string): Conversation<readonly Event[]> {
  const { name, namespace, uid } = object.metadata;
  const fields = [`involvedObject.name=${name}`, ...(namespace === undefined ? [] : [`involvedObject.namespace=${namespace}`]), `involvedObject.kind=${kind}`, ...(kind === 'Node' ? [] : [`involvedObject.uid=${uid ?? ''}`])];
  return yield* listed<Event>('Event', namespace ?? '', { fieldSelector: fields.join(',') });
}

function* linesOf(object: KubeObject, target: Target, args: Arguments): Conversation<Lines> {
  const { kind } = target.descriptor;
  const now = yield* cx.now();
  const events = args.flags['show-events'] === false ? undefined : yield* eventsOf(object, kind);
  const namespace = object.metadata.namespace ?? '';
  switch (kind) {
    case 'Pod': return describePod({ object: object as Pod, events, now });
    case 'Node': {
      const pods = yield* listed<Pod>('Pod', '', { fieldSelector: `spec.nodeName=${object.metadata.name},status.phase!=Succeeded,status.phase!=Failed` });
      const lease = yield* read({ descriptor: descriptor('Lease'), namespace: 'kube-node-lease', name: object.metadata.name });
      return describeNode({ object: object as Node, events, now }, { pods, lease: lease.ok ? (lease.value as Lease) : undefined });
    }
    case 'Deployment': {
      const deployment = object as Deployment;
      const sets = ownedSets(deployment, yield* listed<ReplicaSet>('ReplicaSet', namespace, { labelSelector: labelSelectorText(deployment.spec.selector) }));
      const current = currentSet(deployment, sets);
      return describeDeployment({ object: deployment, events, now }, { current, old: sets.filter((set) => set !== current && (set.spec.replicas ?? 0) > 0) });
    }
    case 'ReplicaSet': case 'DaemonSet': {
      const pods = (yield* listed<Pod>('Pod', namespace, { labelSelector: labelSelectorText((object as ReplicaSet).spec.selector) })).filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid));
      return kind === 'ReplicaSet' ? describeReplicaSet({ object: object as ReplicaSet, events, now }, pods) : describeDaemonSet({ object: object as DaemonSet, events, now }, pods);
    }
    case 'Service': return describeService({ object: object as Service, events, now }, yield* listed<EndpointSlice>('EndpointSlice', namespace, { labelSelector: `kubernetes.io/service-name=${object.metadata.name}` }));
    case 'ConfigMap': return describeConfigMap({ object: object as ConfigMap, events, now });
    case 'Secret': return describeSecret({ object: object as Secret, events, now });
    case 'Namespace': return describeNamespace({ object: object as Namespace, events, now });
    default: return describeAny({ object, events, now });
  }
}
