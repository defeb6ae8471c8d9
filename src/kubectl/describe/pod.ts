import type { Container, Pod, PodCondition, PodSpec, PodTemplateSpec } from '../../api/kinds/all.ts';
import { containerLines, spreadLines, volumeLines } from './containers.ts';
import { annotationLines, controllerOf, eventLines, labelLines, type Lines, optional, tolerationLines } from './sections.ts';
import type { Described } from './types.ts';
import { longTime, since } from '../time-text.ts';

/** @source kubernetes/kubectl pkg/describe/describe.go describePod */
export function describePod({ object, events, now }: Described<Pod>): Lines {
  const { spec, status = {}, metadata } = object;
  const seccomp = spec.securityContext?.seccompProfile;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`,
    ...optional('Priority', spec.priority), ...optional('Priority Class Name', spec.priorityClassName), ...optional('Service Account', spec.serviceAccountName),
    `Node:\t${spec.nodeName ? `${spec.nodeName}/${status.hostIP ?? ''}` : '<none>'}`,
    ...optional('Start Time', status.startTime === undefined ? undefined : longTime(status.startTime)),
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    ...phaseLines(object, (text) => since(text, now)),
    ...optional('Reason', status.reason), ...optional('Message', status.message), ...optional('SeccompProfile', seccomp?.type),
    `IP:\t${status.podIP ?? ''}`, ...addressLines(status.podIPs ?? []),
    ...optional('Controlled By', controllerOf(object)), ...optional('NominatedNodeName', status.nominatedNodeName),
    ...initLines(spec.initContainers ?? [], { statuses: status.initContainerStatuses, space: '' }),
    ...containerLines('Containers', spec.containers, { statuses: status.containerStatuses, space: '' }),
    ...conditionLines(status.conditions ?? []),
    ...volumeLines(spec.volumes, ''),
    `QoS Class:\t${status.qosClass ?? ''}`,
    ...labelLines('Node-Selectors', spec.nodeSelector), ...tolerationLines('Tolerations', spec.tolerations),
    ...spreadLines(spec, ''),
    ...eventLines(events, now),
  ];
}

const addressLines = (addresses: readonly { readonly ip: string }[]): Lines => (addresses.length === 0 ? ['IPs:\t<none>'] : ['IPs:', ...addresses.map(({ ip }) => `  IP:\t${ip}`)]);
const conditionLines = (conditions: readonly PodCondition[]): Lines => (conditions.length === 0 ? [] : ['Conditions:', '  Type\tStatus', ...conditions.map((each) => `  ${each.type} \t${each.status} `)]);
const initLines = (containers: readonly Container[], how: Parameters<typeof containerLines>[2]): Lines => (containers.length === 0 ? [] : containerLines('Init Containers', containers, how));

function phaseLines(pod: Pod, ago: (text: string) => string): Lines {
  const phase = pod.status?.phase ?? '';
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || phase === 'Failed' || phase === 'Succeeded') return [`Status:\t${phase}`];
  return [`Status:\tTerminating (lasts ${ago(deletionTimestamp)})`, `Termination Grace Period:\t${deletionGracePeriodSeconds ?? 0}s`];
}

/** `Pod Template:` of a workload. */
export function templateLines(template: PodTemplateSpec | undefined): Lines {
  if (template === undefined) return ['Pod Template:', '  <unset>'];
  const { labels, annotations = {} } = template.metadata ?? {};
  return [
    'Pod Template:', ...labelLines('Labels', labels, '  ').map((line) => line.replace(/^ {2}\t/, '\t')), ...(Object.keys(annotations).length === 0 ? [] : annotationLines('Annotations', annotations, '  ')),
    ...(template.spec === undefined ? [] : templateSpecLines(template.spec)),
  ];
}

function templateSpecLines(spec: PodSpec): Lines {
  return [
    ...optional('  Service Account', spec.serviceAccountName),
    ...initLines(spec.initContainers ?? [], { space: '  ' }), ...containerLines('Containers', spec.containers, { space: '  ' }),
    ...volumeLines(spec.volumes, '  '), ...spreadLines(spec, '  '), ...optional('  Priority Class Name', spec.priorityClassName),
    ...labelLines('Node-Selectors', spec.nodeSelector, '  '), ...tolerationLines('Tolerations', spec.tolerations, '  '),
  ];
}
