import type { Container, Pod, PodCondition, PodSpec, PodTemplateSpec } from '../../api/kinds/all.ts';
import { containerLines, resourceLines, spreadLines } from './containers.ts';
import { annotationLines, controllerOf, eventLines, labelLines, type Lines, optional, tolerationLines } from './sections.ts';
import type { Described } from './types.ts';
import { volumeLines } from './volumes.ts';
import { longTime, since } from '../time-text.ts';

/** @source kubernetes/kubectl pkg/describe/describe.go describePod */
export function describePod({ object, events, now }: Described<Pod>): Lines {
  const { spec, status = {}, metadata } = object;
  const seccomp = spec.securityContext?.seccompProfile;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`,
    ...optional('Priority', spec.priority), ...optional('Priority Class Name', spec.priorityClassName), ...optional('Runtime Class Name', spec.runtimeClassName), ...optional('Service Account', spec.serviceAccountName),
    `Node:\t${spec.nodeName ? `${spec.nodeName}/${status.hostIP ?? ''}` : '<none>'}`,
    ...optional('Start Time', status.startTime === undefined ? undefined : longTime(status.startTime)),
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    ...phaseLines(object, (text) => since(text, now)),
    ...optional('Reason', status.reason), ...optional('Message', status.message), ...optional('SeccompProfile', seccomp?.type), ...optional('LocalhostProfile', seccomp?.localhostProfile),
    `IP:\t${status.podIP ?? ''}`, ...addressLines(status.podIPs ?? []),
    ...optional('Controlled By', controllerOf(object)), ...optional('NominatedNodeName', status.nominatedNodeName),
    ...(spec.resources === undefined ? [] : ['Resources:', ...resourceLines(spec.resources, '  ')]),
    ...titled('Init Containers', spec.initContainers, { statuses: status.initContainerStatuses, pod: object }),
    ...containerLines('Containers', spec.containers, { statuses: status.containerStatuses, pod: object }),
    ...titled('Ephemeral Containers', spec.ephemeralContainers, { statuses: status.ephemeralContainerStatuses, pod: object }),
    ...gateLines(object), ...conditionLines(status.conditions ?? []),
    ...volumeLines(spec.volumes, ''),
    `QoS Class:\t${status.qosClass ?? ''}`,
    ...labelLines('Node-Selectors', spec.nodeSelector), ...tolerationLines('Tolerations', spec.tolerations),
    ...spreadLines(spec, ''),
    ...eventLines(events, now),
  ];
}

const addressLines = (addresses: readonly { readonly ip: string }[]): Lines => (addresses.length === 0 ? ['IPs:\t<none>'] : ['IPs:', ...addresses.map(({ ip }) => `  IP:\t${ip}`)]);
const conditionLines = (conditions: readonly PodCondition[]): Lines => (conditions.length === 0 ? [] : ['Conditions:', '  Type\tStatus', ...conditions.map((each) => `  ${each.type} \t${each.status} `)]);
const titled = (title: string, containers: readonly Container[] | undefined, within: Parameters<typeof containerLines>[2]): Lines => (containers === undefined || containers.length === 0 ? [] : containerLines(title, containers, within));

function gateLines({ spec, status }: Pod): Lines {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return [];
  return ['Readiness Gates:', '  Type\tStatus', ...gates.map(({ conditionType }) => `  ${conditionType} \t${status?.conditions?.find((each) => each.type === conditionType)?.status ?? '<none>'} `)];
}

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
    ...titled('Init Containers', spec.initContainers, {}), ...containerLines('Containers', spec.containers, {}),
    ...volumeLines(spec.volumes, '  '), ...spreadLines(spec, '  '), ...optional('  Priority Class Name', spec.priorityClassName),
    ...labelLines('Node-Selectors', spec.nodeSelector, '  '), ...tolerationLines('Tolerations', spec.tolerations, '  '),
  ];
}
