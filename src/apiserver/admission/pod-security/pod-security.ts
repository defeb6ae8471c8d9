/**
 * Holds pods to the Pod Security Standard that their namespace's labels ask for.
 *
 * @source kubernetes/kubernetes staging/src/k8s.io/pod-security-admission/admission/admission.go
 */
import type { Pod, PodSpec } from '../../../api/kinds/all.ts';
import type { KubeObject, ObjectMeta } from '../../../api/meta.ts';
import { invalidStatus, type Status } from '../../../api/status.ts';
import { compareText } from '../../../base/compare.ts';
import type { Server } from '../../state.ts';
import { type AdmissionAttributes, annotate, definePlugin, refused, warn } from '../plugin.ts';
import { evaluate, findingsText, reasonsText } from './evaluate.ts';
import type { Finding, Subject } from './finding.ts';
import { isStricter, isUnlimited, levelText, type LevelVersion, type Policy, policyOf } from './policy.ts';

/** Pods of a namespace that are looked at when its level is raised. @source same file (defaultNamespaceMaxPodsToCheck) */
const PODS_CHECKED_MAX = 3000;
/** Subresources that cannot change what a pod may do. */
const HARMLESS: readonly string[] = ['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status', 'resize'];

/** The plugin. */
export const podSecurity = definePlugin({
  name: 'PodSecurity',
  source: 'plugin/pkg/admission/security/podsecurity/admission.go',
  validate(attributes, server) {
    if (attributes.operation === 'DELETE') return undefined;
    const { descriptor, subresource } = attributes;
    if (descriptor.kind === 'Namespace') return subresource === '' ? aboutNamespace(attributes, server) : undefined;
    if (!descriptor.namespaced) return undefined;
    if (descriptor.kind === 'Pod') return HARMLESS.includes(subresource) ? undefined : aboutPod(attributes, server);
    const template = subresource === '' ? TEMPLATES[descriptor.kind] : undefined;
    if (template !== undefined) aboutWorkload(attributes, server, template);
    return undefined;
  },
});

type Template = { readonly metadata?: Partial<ObjectMeta>; readonly spec?: PodSpec } | undefined;
type FindTemplate = (object: KubeObject) => Template;

const inSpec: FindTemplate = object => (object as { readonly spec?: { readonly template?: Template } }).spec?.template;
/** Kind → where the pod to be is. */
const TEMPLATES: Readonly<Record<string, FindTemplate>> = {
  Deployment: inSpec, ReplicaSet: inSpec, StatefulSet: inSpec, DaemonSet: inSpec, Job: inSpec, ReplicationController: inSpec,
  PodTemplate: object => (object as { readonly template?: Template }).template,
  CronJob: object => (object as { readonly spec?: { readonly jobTemplate?: { readonly spec?: { readonly template?: Template } } } }).spec?.jobTemplate?.spec?.template,
};

function namespaceOf({ namespace }: AdmissionAttributes, { state }: Server): KubeObject | undefined {
  return state.caches.get('/namespaces')?.items.get(`/registry/namespaces/${namespace}`);
}

function aboutPod(attributes: AdmissionAttributes, server: Server): Status | undefined {
  const namespace = namespaceOf(attributes, server);
  if (namespace === undefined) return undefined;
  const policy = policyOf(namespace);
  if (isUnlimited(policy)) return undefined;
  const pod = attributes.object as Pod;
  if (attributes.old !== undefined && !isSignificant(pod, attributes.old as Pod)) return undefined;
  const { enforce } = policy;
  const found = evaluate(enforce, pod);
  if (enforce.level !== 'privileged') annotate(attributes, 'pod-security.kubernetes.io/enforce-policy', levelText(enforce));
  if (found.length > 0) {
    remark(attributes, policy, { subject: pod, refused: true });
    return refused(attributes, `violates PodSecurity ${textOf(enforce, found)}`);
  }
  remark(attributes, policy, { subject: pod, refused: false });
  return undefined;
}

function textOf(wanted: LevelVersion, found: readonly Finding[]): string {
  return `"${levelText(wanted)}": ${findingsText(found)}`;
}

/** Workloads are never refused: their authors are only warned of what will happen to the pods. */
function aboutWorkload(attributes: AdmissionAttributes, server: Server, find: FindTemplate): void {
  const namespace = namespaceOf(attributes, server);
  if (namespace === undefined || attributes.object === undefined) return;
  const policy = policyOf(namespace);
  if (policy.audit.level === 'privileged' && policy.warn.level === 'privileged') return;
  const template = find(attributes.object);
  if (template?.spec !== undefined) remark(attributes, policy, { subject: { metadata: template.metadata ?? {}, spec: template.spec }, refused: false });
}

function remark(attributes: AdmissionAttributes, policy: Policy, about: { readonly subject: Subject; readonly refused: boolean }): void {
  const audit = evaluate(policy.audit, about.subject);
  if (audit.length > 0) annotate(attributes, 'pod-security.kubernetes.io/audit-violations', `would violate PodSecurity ${textOf(policy.audit, audit)}`);
  if (about.refused) return;
  const found = evaluate(policy.warn, about.subject);
  if (found.length > 0) warn(attributes, `would violate PodSecurity ${textOf(policy.warn, found)}`);
}

/** Whether an update touches what the checks look at. */
function isSignificant(pod: Pod, old: Pod): boolean {
  if (pod.spec === old.spec) return false;
  const lists = [[pod.spec.containers, old.spec.containers], [pod.spec.initContainers ?? [], old.spec.initContainers ?? []], [pod.spec.ephemeralContainers ?? [], old.spec.ephemeralContainers ?? []]] as const;
  return lists.some(([now, before]) => now.length !== before.length || now.some((container, i) => container.image !== before[i]?.image));
}

// ---- Namespaces ------------------------------------------------------------------------------------------------------

function aboutNamespace(attributes: AdmissionAttributes, server: Server): Status | undefined {
  const namespace = attributes.object as KubeObject;
  const now = policyOf(namespace);
  const before = attributes.old === undefined ? undefined : policyOf(attributes.old);
  const news = now.errors.filter(error => before?.errors.some(old => old.field === error.field && old.badValue === error.badValue) !== true);
  if (news.length > 0) return invalidStatus(attributes.descriptor, namespace.metadata.name, now.errors);
  if (before === undefined || !asksForMore(now.enforce, before.enforce)) return undefined;
  for (const text of warningsAbout(server, namespace.metadata.name, now.enforce)) warn(attributes, text);
  return undefined;
}

function asksForMore(now: LevelVersion, before: LevelVersion): boolean {
  if (now.level === 'privileged') return false;
  return now.minor === before.minor ? isStricter(now, before) : true;
}

/** What the pods that are there already would violate; pods with the same findings share a line. */
function warningsAbout({ state }: Server, namespace: string, enforce: LevelVersion): readonly string[] {
  const pods: Pod[] = [];
  let total = 0;
  state.caches.get('/pods')?.items.range(`/registry/pods/${namespace}/`, `/registry/pods/${namespace}0`, (_key, object) => {
    if (total++ < PODS_CHECKED_MAX) pods.push(object as Pod);
  });
  const groups = new Map<string, string[]>();
  for (const pod of pods) {
    const found = evaluate(enforce, pod);
    if (found.length === 0) continue;
    const reasons = reasonsText(found);
    groups.set(reasons, [...groups.get(reasons) ?? [], pod.metadata.name]);
  }
  const warnings = total > pods.length ? [`new PodSecurity enforce level only checked against the first ${pods.length} of ${total} existing pods`] : [];
  if (groups.size > 0) warnings.push(`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${levelText(enforce)}"`);
  const lines = [...groups].map(([reasons, names]) => `${namesText(names)}: ${reasons}`).sort(compareText);
  return [...warnings, ...lines];
}

function namesText(names: readonly string[]): string {
  const [first = ''] = names;
  if (names.length === 1) return first;
  return names.length === 2 ? `${first} (and 1 other pod)` : `${first} (and ${names.length - 1} other pods)`;
}
