/** Containers, probes and volumes of a pod or a pod template. */
import type { Container, ContainerState, ContainerStatus, PodSpec, Probe, Volume } from '../../api/kinds/all.ts';
import { compareText } from '../../base/compare.ts';
import { goText } from '../templates.ts';
import { longTime } from '../time-text.ts';
import type { Lines } from './sections.ts';

/** `Containers:`. `space` is what a template puts in front. */
export function containerLines(label: string, containers: readonly Container[], how: { readonly statuses?: readonly ContainerStatus[] | undefined; readonly space: string }): Lines {
  const none = containers.length === 0 ? ' <none>' : '';
  return [`${how.space}${label}:${none}`, ...containers.flatMap((container) => oneContainer(container, how.statuses?.find((status) => status.name === container.name), how.space))];
}

function oneContainer(container: Container, status: ContainerStatus | undefined, space: string): Lines {
  return [
    `  ${space === '' ? '' : ' '}${container.name}:`,
    ...(status === undefined ? [] : [`    Container ID:\t${status.containerID ?? ''}`]),
    `    Image:\t${container.image ?? ''}`,
    ...(status === undefined ? [] : [`    Image ID:\t${status.imageID}`]),
    ...portLines(container),
    ...wordLines('Command', container.command), ...wordLines('Args', container.args),
    ...(status === undefined ? [] : stateLines(status)),
    ...amountLines('Limits', container.resources?.limits), ...amountLines('Requests', container.resources?.requests),
    ...probeLine('Liveness', container.livenessProbe), ...probeLine('Readiness', container.readinessProbe), ...probeLine('Startup', container.startupProbe),
    ...envFromLines(container), ...envLines(container), ...mountLines(container),
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

function amountLines(title: string, amounts: Readonly<Record<string, string | undefined>> | undefined): Lines {
  const names = Object.keys(amounts ?? {}).sort(compareText);
  return names.length === 0 ? [] : [`    ${title}:`, ...names.map((name) => `      ${name}:\t${amounts?.[name] ?? ''}`)];
}

function probeLine(title: string, probe: Probe | undefined): Lines {
  return probe === undefined ? [] : [`    ${title}:\t${probeText(probe)}`];
}

function probeText(probe: Probe): string {
  const timing = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 1}s period=${probe.periodSeconds ?? 10}s #success=${probe.successThreshold ?? 1} #failure=${probe.failureThreshold ?? 3}`;
  if (probe.exec !== undefined) return `exec ${goText(probe.exec.command ?? [])} ${timing}`;
  if (probe.httpGet !== undefined) return `http-get ${(probe.httpGet.scheme ?? 'HTTP').toLowerCase()}://${probe.httpGet.host ?? ''}:${probe.httpGet.port}${probe.httpGet.path ?? ''} ${timing}`;
  if (probe.tcpSocket !== undefined) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${timing}`;
  if (probe.grpc !== undefined) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${timing}`;
  return `unknown ${timing}`;
}

function envFromLines(container: Container): Lines {
  const sources = container.envFrom ?? [];
  if (sources.length === 0) return [];
  const lines = sources.map((source) => {
    const isMap = source.configMapRef !== undefined;
    const reference = source.configMapRef ?? source.secretRef;
    const prefix = source.prefix === undefined || source.prefix === '' ? '' : ` with prefix '${source.prefix}'`;
    return `      ${reference?.name ?? ''}\t${isMap ? 'ConfigMap' : 'Secret'}${prefix}\tOptional: ${reference?.optional ?? false}`;
  });
  return ['    Environment Variables from:', ...lines];
}

function envLines(container: Container): Lines {
  const env = container.env ?? [];
  if (env.length === 0) return ['    Environment:\t<none>'];
  return ['    Environment:', ...env.flatMap((each): Lines => {
    const from = each.valueFrom;
    if (from === undefined) return (each.value ?? '').split('\n').map((line, i) => `      ${i === 0 ? `${each.name}:` : ''}\t${line}`);
    if (from.fieldRef !== undefined) return [`      ${each.name}:\t (${from.fieldRef.apiVersion ?? 'v1'}:${from.fieldRef.fieldPath})`];
    if (from.secretKeyRef !== undefined) return [`      ${each.name}:\t<set to the key '${from.secretKeyRef.key}' in secret '${from.secretKeyRef.name ?? ''}'>\tOptional: ${from.secretKeyRef.optional ?? false}`];
    if (from.configMapKeyRef !== undefined) return [`      ${each.name}:\t<set to the key '${from.configMapKeyRef.key}' of config map '${from.configMapKeyRef.name ?? ''}'>\tOptional: ${from.configMapKeyRef.optional ?? false}`];
    return [`      ${each.name}:\t (${from.resourceFieldRef?.resource ?? ''})`];
  })];
}

function mountLines(container: Container): Lines {
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => compareText(a.mountPath, b.mountPath));
  if (mounts.length === 0) return ['    Mounts:\t<none>'];
  return ['    Mounts:', ...mounts.map((mount) => `      ${mount.mountPath} from ${mount.name} (${mount.readOnly === true ? 'ro' : 'rw'}${mount.subPath === undefined || mount.subPath === '' ? '' : `,path=${JSON.stringify(mount.subPath)}`})`)];
}

/** `Volumes:`. */
export function volumeLines(volumes: readonly Volume[] | undefined, space: string): Lines {
  if (volumes === undefined || volumes.length === 0) return [`${space}Volumes:\t<none>`];
  return [`${space}Volumes:`, ...volumes.flatMap((volume) => [`  ${space === '' ? '' : ' '}${volume.name}:`, ...sourceLines(volume).map((line) => `    ${line}`)])];
}

function sourceLines(volume: Volume): Lines {
  if (volume.hostPath !== undefined) return ['Type:\tHostPath (bare host directory volume)', `Path:\t${volume.hostPath.path}`, `HostPathType:\t${volume.hostPath.type ?? ''}`];
  if (volume.emptyDir !== undefined) return ["Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)", `Medium:\t${volume.emptyDir.medium ?? ''}`, `SizeLimit:\t${volume.emptyDir.sizeLimit ?? '<unset>'}`];
  if (volume.secret !== undefined) return ['Type:\tSecret (a volume populated by a Secret)', `SecretName:\t${volume.secret.secretName ?? ''}`, `Optional:\t${volume.secret.optional ?? false}`];
  if (volume.configMap !== undefined) return ['Type:\tConfigMap (a volume populated by a ConfigMap)', `Name:\t${volume.configMap.name ?? ''}`, `Optional:\t${volume.configMap.optional ?? false}`];
  if (volume.projected !== undefined) return ['Type:\tProjected (a volume that contains injected data from multiple sources)', ...(volume.projected.sources ?? []).flatMap(projectionLines)];
  if (volume.downwardAPI !== undefined) return ['Type:\tDownwardAPI (a volume populated by information about the pod)', 'Items:'];
  return ['<unknown>'];
}

function projectionLines(source: NonNullable<NonNullable<Volume['projected']>['sources']>[number]): Lines {
  if (source.secret !== undefined) return [`SecretName:\t${source.secret.name ?? ''}`, `Optional:\t${source.secret.optional ?? false}`];
  if (source.downwardAPI !== undefined) return ['DownwardAPI:\ttrue'];
  if (source.configMap !== undefined) return [`ConfigMapName:\t${source.configMap.name ?? ''}`, `Optional:\t${source.configMap.optional ?? false}`];
  if (source.serviceAccountToken !== undefined) return [`TokenExpirationSeconds:\t${source.serviceAccountToken.expirationSeconds ?? 3600}`];
  return [];
}

/** The spread constraints, if any. */
export function spreadLines(spec: PodSpec, space: string): Lines {
  const constraints = spec.topologySpreadConstraints ?? [];
  return constraints.map((each, i) => {
    const selector = each.labelSelector?.matchLabels;
    const query = selector === undefined ? '' : ` for selector ${Object.keys(selector).map((key) => `${key}=${selector[key] ?? ''}`).join(',')}`;
    return `${space}${i === 0 ? 'Topology Spread Constraints:' : ''}\t${each.topologyKey}:${each.whenUnsatisfiable} when max skew ${each.maxSkew} is exceeded${query}`;
  });
}
