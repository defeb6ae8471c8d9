import type { Result } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import type { Container } from '../../api/kinds/all.ts';
import type { KubeObject, LabelSelector } from '../../api/meta.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import type { Conversation } from '../../sim/conversation.ts';
import type { Target } from '../builder.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags } from '../flags.ts';
import { type Member, membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { overridden, overrideFlags } from '../overrides.ts';
import { pairsOf } from '../pairs.ts';
import { withLastApplied } from '../last-applied.ts';
import { isOn, textFlag } from '../options.ts';
import { create } from '../requests.ts';

const services = must(descriptorOfKind('Service'), 'services are served');
const EXPOSABLE = ['Pod', 'Service', 'ReplicationController', 'Deployment', 'ReplicaSet'];

/** Puts a service in front of something.
 * @source kubernetes/kubectl pkg/cmd/expose/expose.go */
export const expose = defineCommand({
  path: ['kubectl', 'expose'],
  summary: 'put a service in front of a deployment, pod or service',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, { name: 'selector', type: 'string', summary: 'which pods, for example app=web' },
    { name: 'port', type: 'string', summary: 'port of the service' },
    { name: 'target-port', type: 'string', summary: 'port of the containers' },
    { name: 'name', type: 'string', summary: 'name of the service' },
    { name: 'type', type: 'string', summary: 'type of the service', choices: ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] },
    { name: 'protocol', type: 'string', summary: 'protocol of the port', choices: ['TCP', 'UDP', 'SCTP'] },
    { name: 'labels', short: 'l', type: 'string', summary: 'labels of the service' }, ...overrideFlags,
    { name: 'save-config', type: 'bool', summary: 'remember the object for apply', hidden: true },
    { name: 'cluster-ip', type: 'string', summary: 'address of the service, or None' },
    { name: 'external-ip', type: 'string', summary: 'address from outside', hidden: true },
    { name: 'load-balancer-ip', type: 'string', summary: 'address of the load balancer', hidden: true },
    { name: 'session-affinity', type: 'string', summary: 'None or ClientIP', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl expose deployment shop --port=80', shows: 'service/shop exposed' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
    const change = changeOf(args, 'kubectl-expose');
    if (!change.ok) return yield* fail(change.error);
    const members = yield* membersOf({ ...args, flags: { ...args.flags, local: true } }, settings);
    if (!members.ok) return yield* fail(members.error);
    for (const member of members.value.members) {
      const plain = serviceOf(member, args);
      const made = plain.ok ? overridden(plain.value, services, args) : plain;
      if (!made.ok) return yield* usage(made.error);
      const place = { descriptor: services, namespace: member.target.namespace, name: '' };
      const what = { descriptor: services, name: made.value.metadata.name, done: 'exposed', change: change.value };
      const answer = change.value.dryRun === 'client' ? { ok: true as const, value: withoutNamespace(made.value) } : yield* create(place, isOn(args, 'save-config') ? remembered(made.value) : made.value, change.value.options);
      if (!answer.ok) return yield* fail(answer.error);
      yield* report(answer.value, what);
    }
    return yield* fail(...members.value.failures);
  },
});

/** The service with itself in its annotation, without its namespace. @source kubernetes/kubectl pkg/cmd/expose/expose.go (CreateOrUpdateAnnotation) */
function remembered(object: KubeObject): KubeObject {
  const saved = withLastApplied(withoutNamespace(object), 'asIs');
  return { ...saved, metadata: { ...saved.metadata, ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }) } };
}

function withoutNamespace(object: KubeObject): KubeObject {
  const { namespace: _place, ...metadata } = object.metadata;
  return { ...object, metadata };
}

interface Source extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
    readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }; readonly spec?: { readonly containers?: readonly Container[] } };
    readonly containers?: readonly Container[];
    readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  };
}

function serviceOf({ target, object }: Member, args: Arguments): Result<KubeObject, string> {
  const source = object as Source;
  if (!EXPOSABLE.includes(target.descriptor.kind)) return { ok: false, error: `cannot expose a ${target.descriptor.kind}` };
  const selector = selectorOf(source, target, args);
  if (!selector.ok) return selector;
  const ports = portsOf(source, args);
  if (!ports.ok) return ports;
  const labelText = textFlag(args, 'labels');
  const labels = labelText === '' ? { ok: true as const, value: object.metadata.labels ?? {} } : pairsOf(labelText.split(','), 'label');
  if (!labels.ok) return { ok: false, error: labels.error.message };
  const type = textFlag(args, 'type');
  const clusterIP = textFlag(args, 'cluster-ip');
  const metadata = { name: textFlag(args, 'name') || object.metadata.name, namespace: target.namespace, ...(Object.keys(labels.value).length > 0 ? { labels: labels.value } : {}) };
  const spec = { ports: ports.value, selector: selector.value, ...(clusterIP === '' ? {} : { clusterIP }), ...(type === '' ? {} : { type }), ...outside(args) };
  return { ok: true, value: { kind: 'Service', apiVersion: 'v1', metadata, spec, status: { loadBalancer: {} } } as KubeObject };
}

/** Addresses and affinity that the line gives. */
function outside(args: Arguments): object {
  const [external, balancer, affinity] = [textFlag(args, 'external-ip'), textFlag(args, 'load-balancer-ip'), textFlag(args, 'session-affinity')];
  return { ...(external === '' ? {} : { externalIPs: [external] }), ...(balancer === '' ? {} : { loadBalancerIP: balancer }), ...(affinity === '' ? {} : { sessionAffinity: affinity }) };
}

function selectorOf(source: Source, target: Target, args: Arguments): Result<Readonly<Record<string, string>>, string> {
  const given = textFlag(args, 'selector');
  if (given !== '') {
    const pairs = pairsOf(given.split(','), 'selector');
    return pairs.ok ? pairs : { ok: false, error: pairs.error.message };
  }
  const { kind } = target.descriptor;
  const own = source.spec?.selector;
  const labels = kind === 'Pod' ? source.metadata.labels : own !== undefined && 'matchLabels' in own ? (own as LabelSelector).matchLabels : (own as Readonly<Record<string, string>> | undefined);
  if (labels === undefined || Object.keys(labels).length === 0) return { ok: false, error: kind === 'Pod' ? "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed" : `couldn't retrieve selectors via --selector flag or introspection: invalid ${kind.toLowerCase()}: no selectors, therefore cannot be exposed` };
  return { ok: true, value: labels };
}

interface Port { readonly name?: string; readonly protocol: string; readonly port: number; readonly targetPort: number | string }

function portsOf(source: Source, args: Arguments): Result<readonly Port[], string> {
  const containers = source.spec?.template?.spec?.containers ?? source.spec?.containers ?? [];
  const known = source.spec?.ports ?? containers.flatMap((container) => (container.ports ?? []).map((port) => ({ port: port.containerPort, protocol: port.protocol ?? 'TCP' })));
  const given = textFlag(args, 'port');
  const numbers = given === '' ? known.map((port) => port.port) : given.split(',').map(Number);
  if (numbers.length === 0) return { ok: false, error: "couldn't find port via --port flag or introspection" };
  if (numbers.some((number) => !Number.isInteger(number))) return { ok: false, error: `strconv.Atoi: parsing ${JSON.stringify(given)}: invalid syntax` };
  const targetText = textFlag(args, 'target-port');
  return {
    ok: true, value: numbers.map((port, i) => ({
      ...(numbers.length > 1 ? { name: `port-${i + 1}` } : {}), protocol: textFlag(args, 'protocol') || (known.find((each) => each.port === port)?.protocol ?? 'TCP'), port,
      targetPort: targetText === '' ? port : /^\d+$/.test(targetText) ? Number(targetText) : targetText,
    })),
  };
}
