import type { Pod, PodTemplateSpec } from '../../api/kinds/all.ts';
import { containerLines, spreadLines, volumeLines } from './containers.ts';
import { annotationLines, controllerOf, eventLines, labelLines, type Lines, tolerationLines } from './sections.ts';
import type { Described } from './types.ts';
import { longTime, since } from '../time-text.ts';

/** @source kubernetes/kubectl pkg/describe/describe.go describePod */
export function describePod({ object, events, now }: Described<Pod>): Lines {
  const { spec, status = {}, metadata } = object;
  const controlledBy = controllerOf(object);
  const seccomp = spec.securityContext?.seccompProfile;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`,
    ...(spec.priority === undefined ? [] : [`Priority:\t${spec.priority}`]),
    ...(spec.priorityClassName ? [`Priority Class Name:\t${spec.priorityClassName}`] : []),
    ...(spec.serviceAccountName ? [`Service Account:\t${spec.serviceAccountName}`] : []),
    `Node:\t${spec.nodeName ? `${spec.nodeName}/${status.hostIP ?? ''}` : '<none>'}`,
    ...(status.startTime === undefined ? [] : [`Start Time:\t${longTime(status.startTime)}`]),
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    ...phaseLines(object, (text) => since(text, now)),
    ...(status.reason ? [`Reason:\t${status.reason}`] : []), ...(status.message ? [`Message:\t${status.message}`] : []),
    ...(seccomp === undefined ? [] : [`SeccompProfile:\t${seccomp.type}`]),
    `IP:\t${status.podIP ?? ''}`,
    ...((status.podIPs ?? []).length === 0 ? ['IPs:\t<none>'] : ['IPs:', ...(status.podIPs ?? []).map(({ ip }) => `  IP:\t${ip}`)]),
    ...(controlledBy === '' ? [] : [`Controlled By:\t${controlledBy}`]),
    ...(status.nominatedNodeName ? [`NominatedNodeName:\t${status.nominatedNodeName}`] : []),
    ...((spec.initContainers ?? []).length === 0 ? [] : containerLines('Init Containers', spec.initContainers ?? [], { statuses: status.initContainerStatuses, space: '' })),
    ...containerLines('Containers', spec.containers, { statuses: status.containerStatuses, space: '' }),
    ...((status.conditions ?? []).length === 0 ? [] : ['Conditions:', '  Type\tStatus', ...(status.conditions ?? []).map((each) => `  ${each.type} \t${each.status} `)]),
    ...volumeLines(spec.volumes, ''),
    `QoS Class:\t${status.qosClass ?? ''}`,
    ...labelLines('Node-Selectors', spec.nodeSelector), ...tolerationLines('Tolerations', spec.tolerations),
    ...spreadLines(spec, ''),
    ...eventLines(events, now),
  ];
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
  const spec = template.spec;
  const annotations = template.metadata?.annotations;
  return [
    'Pod Template:', ...labelLines('Labels', template.metadata?.labels, '  '),
    ...(Object.keys(annotations ?? {}).length === 0 ? [] : annotationLines('Annotations', annotations, '  ')),
    ...(spec?.serviceAccountName ? [`  Service Account:\t${spec.serviceAccountName}`] : []),
    ...((spec?.initContainers ?? []).length === 0 ? [] : containerLines('Init Containers', spec?.initContainers ?? [], { space: '  ' })),
    ...containerLines('Containers', spec?.containers ?? [], { space: '  ' }),
    ...volumeLines(spec?.volumes, '  '),
    ...(spec === undefined ? [] : spreadLines(spec, '  ')),
    ...(spec?.priorityClassName ? [`  Priority Class Name:\t${spec.priorityClassName}`] : []),
    ...labelLines('Node-Selectors', spec?.nodeSelector, '  '), ...tolerationLines('Tolerations', spec?.tolerations, '  '),
  ];
}
