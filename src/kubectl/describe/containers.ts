/** Containers and probes of a pod or a pod template. */
import type { Container, ContainerState, ContainerStatus, HTTPGetAction, PodSpec, Probe, ResourceRequirements } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { canonicalQuantity } from '../../api/quantity.ts';
import { labelSelectorText } from '../../api/selector.ts';
import { compareText } from '../../base/compare.ts';
import { goSorted } from '../go-sort.ts';
import { goText } from '../../base/go-text.ts';
import { longTime } from '../time-text.ts';
import { envFromLines, envLines } from './environment.ts';
import type { Lines } from './sections.ts';

interface Within {
  readonly statuses?: readonly ContainerStatus[] | undefined;
  /** Undefined for a template. */
  readonly pod?: KubeObject;
}

/** `Containers:`. A template has two blanks in front. */
export function containerLines(label: string, containers: readonly Container[], within: Within): Lines {
  const none = containers.length === 0 ? ' <none>' : '';
  return [`${within.pod === undefined ? '  ' : ''}${label}:${none}`, ...containers.flatMap((container) => oneContainer(container, within))];
}

function oneContainer(container: Container, { statuses, pod }: Within): Lines {
  const status = statuses?.find((each) => each.name === container.name);
  return [
    `  ${pod === undefined ? ' ' : ''}${container.name}:`,
    ...(status === undefined ? [] : [`    Container ID:\t${status.containerID ?? ''}`]),
    `    Image:\t${container.image ?? ''}`,
    ...(status === undefined ? [] : [`    Image ID:\t${status.imageID}`]),
    ...portLines(container), ...profileLines(container),
    ...wordLines('Command', container.command), ...wordLines('Args', container.args),
    ...(status === undefined ? [] : stateLines(status)),
    ...resourceLines(container.resources, '    '),
    ...probeLine('Liveness', container.livenessProbe), ...probeLine('Readiness', container.readinessProbe), ...probeLine('Startup', container.startupProbe),
    ...envFromLines(container), ...envLines(container, pod), ...mountLines(container),
  ];
}

function portLines(container: Container): Lines {
  const ports = (container.ports ?? []).map((port) => `${port.containerPort}/${port.protocol ?? 'TCP'}${port.name === undefined || port.name === '' ? '' : ` (${port.name})`}`).join(', ');
  const hostPorts = (container.ports ?? []).map((port) => `${port.hostPort ?? 0}/${port.protocol ?? 'TCP'}${port.name === undefined || port.name === '' ? '' : ` (${port.name})`}`).join(', ');
  return [`    ${ports.includes(',') ? 'Ports' : 'Port'}:\t${ports === '' ? '<none>' : ports}`, `    ${hostPorts.includes(',') ? 'Host Ports' : 'Host Port'}:\t${hostPorts === '' ? '<none>' : hostPorts}`];
}

function wordLines(title: string, words: readonly string[] | undefined): Lines {
  if (words === undefined || words.length === 0) return [];
  return [`    ${title}:`, ...words.flatMap((word) => word.split('\n').map((line) => `      ${line}`))];
}

function stateLines(status: ContainerStatus): Lines {
  return [
    ...oneState('State', status.state),
    ...(status.lastState?.terminated === undefined ? [] : oneState('Last State', status.lastState)),
    `    Ready:\t${status.ready ? 'True' : 'False'}`,
    `    Restart Count:\t${status.restartCount}`,
  ];
}

function oneState(title: string, state: ContainerState | undefined): Lines {
  if (state?.running !== undefined) return [`    ${title}:\tRunning`, `      Started:\t${longTime(state.running.startedAt)}`];
  const ended = state?.terminated;
  if (ended === undefined) return [`    ${title}:\tWaiting`, ...(state?.waiting?.reason ? [`      Reason:\t${state.waiting.reason}`] : [])];
  return [
    `    ${title}:\tTerminated`,
    ...(ended.reason ? [`      Reason:\t${ended.reason}`] : []), ...(ended.message ? [`      Message:\t${ended.message}`] : []),
    `      Exit Code:\t${ended.exitCode}`, ...(ended.signal ? [`      Signal:\t${ended.signal}`] : []),
    `      Started:\t${longTime(ended.startedAt)}`, `      Finished:\t${longTime(ended.finishedAt)}`,
  ];
}

/** `Limits:` and `Requests:` of a container or a pod. */
export function resourceLines(resources: ResourceRequirements | undefined, space: string): Lines {
  return (['Limits', 'Requests'] as const).flatMap((title) => {
    const amounts = resources?.[title === 'Limits' ? 'limits' : 'requests'] ?? {};
    const names = Object.keys(amounts).sort(compareText);
    return names.length === 0 ? [] : [`${space}${title}:`, ...names.map((name) => `${space}  ${name}:\t${canonicalQuantity(amounts[name] ?? '') ?? ''}`)];
  });
}

function profileLines({ securityContext }: Container): Lines {
  const profile = securityContext?.seccompProfile;
  if (profile === undefined) return [];
  return [`    SeccompProfile:\t${profile.type}`, ...(profile.type === 'Localhost' ? [`      LocalhostProfile:\t${profile.localhostProfile ?? ''}`] : [])];
}

function probeLine(title: string, probe: Probe | undefined): Lines {
  return probe === undefined ? [] : [`    ${title}:\t${probeText(probe)}`];
}

function probeText(probe: Probe): string {
  const timing = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 1}s period=${probe.periodSeconds ?? 10}s #success=${probe.successThreshold ?? 1} #failure=${probe.failureThreshold ?? 3}`;
  if (probe.exec !== undefined) return `exec ${goText(probe.exec.command ?? [])} ${timing}`;
  if (probe.httpGet !== undefined) return `http-get ${addressOf(probe.httpGet)} ${timing}`;
  if (probe.tcpSocket !== undefined) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${timing}`;
  if (probe.grpc !== undefined) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${timing}`;
  return `unknown ${timing}`;
}

/** As Go prints an address: an IPv6 host in brackets, a path with what is unusual escaped. */
function addressOf({ scheme = 'HTTP', host = '', port, path = '' }: HTTPGetAction): string {
  const escaped = encodeURIComponent(path).replace(/%(2F|24|26|2B|2C|3A|3B|3D|40)/g, (text) => decodeURIComponent(text)).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${scheme.toLowerCase()}://${host.includes(':') ? `[${host}]` : host}:${port}${escaped === '' || escaped.startsWith('/') ? '' : '/'}${escaped}`;
}

function mountLines(container: Container): Lines {
  const mounts = goSorted(container.volumeMounts ?? [], (a, b) => a.mountPath < b.mountPath);
  const none = mounts.length === 0 ? '\t<none>' : '';
  const devices = goSorted(container.volumeDevices ?? [], (a, b) => a.devicePath < b.devicePath);
  return [
    `    Mounts:${none}`, ...mounts.map((mount) => `      ${mount.mountPath} from ${mount.name} (${mount.readOnly === true ? 'ro' : 'rw'}${mount.subPath === undefined || mount.subPath === '' ? '' : `,path=${JSON.stringify(mount.subPath)}`})`),
    ...(devices.length === 0 ? [] : [`    Devices:${none}`, ...devices.map((device) => `      ${device.devicePath} from ${device.name}`)]),
  ];
}

/** The spread constraints, if any, by their topology. */
export function spreadLines(spec: PodSpec, space: string): Lines {
  const constraints = goSorted(spec.topologySpreadConstraints ?? [], (a, b) => a.topologyKey < b.topologyKey);
  return constraints.map((each, i) => {
    const query = each.labelSelector === undefined ? '' : ` for selector ${labelSelectorText(each.labelSelector)}`;
    return `${space}${i === 0 ? 'Topology Spread Constraints:' : ''}\t${each.topologyKey}:${each.whenUnsatisfiable} when max skew ${each.maxSkew} is exceeded${query}`;
  });
}
