import type { Result } from '../../base/data.ts';
import { seconds } from '../../base/data.ts';
import type { Pod, Service } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { descriptorOfWord } from '../../api/scheme.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, FAILED, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { listFlag, namespaceOf, operands } from '../options.ts';
import { CLIENT_SCHEME, podOf } from '../pod-word.ts';
import { read } from '../requests.ts';
import { openStream } from '../streaming.ts';

const WATCH_WAIT = seconds(600);
/** First port that a machine gives away when none is asked for. */
const ANY_PORT = 32_768;
const PORT_MAX = 65_535;

/** A port here and the one in the pod. */
interface Forward { readonly local: number; readonly remote: number }

/** Forwards ports of this machine to a pod.
 * @source kubernetes/kubectl pkg/cmd/portforward/portforward.go
 * @fidelity simplified: the connection to the pod is real, but nothing outside the simulation can use the local port; `pilothouse serve` lets a real kubectl do that */
export const portForward = defineCommand({
  path: ['kubectl', 'port-forward'], summary: 'forward ports of this machine to a pod', changesWorld: false, examples: [],
  flags: [{ name: 'address', type: 'list', summary: 'addresses to listen on' }, { name: 'pod-running-timeout', type: 'duration', summary: 'how long to wait for a running pod', hidden: true }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const [word, ...ports] = operands(args, 'names');
    if (word === undefined || ports.length === 0) return yield* usage(seeHelp('kubectl port-forward', 'TYPE/NAME and list of ports are required for port-forward'));
    const namespace = namespaceOf(args, settings);
    const pod = yield* podOf(word, namespace, CLIENT_SCHEME);
    if (!pod.ok) return yield* fail(pod.error);
    const service = yield* serviceOf(word, namespace);
    const forwards = forwardsOf(ports, pod.value, service);
    if (!forwards.ok) return yield* fail(forwards.error);
    if (pod.value.status?.phase !== 'Running') return yield* usage(`unable to forward port because pod is not running. Current status=${pod.value.status?.phase ?? ''}`);
    const opened = yield* openStream(pod.value, 'portforward', { ports: [] });
    if (!opened.ok) return yield* fail(opened.error);
    const addresses = listFlag(args, 'address').length === 0 ? ['localhost'] : listFlag(args, 'address');
    const shown = addresses.flatMap((address) => (address === 'localhost' ? ['127.0.0.1', '[::1]'] : [address.includes(':') ? `[${address}]` : address]));
    for (const { local, remote } of forwards.value) yield* cx.print(shown.map((address) => `Forwarding from ${address}:${local} -> ${remote}\n`).join(''));
    for (;;) {
      const next = yield* cx.nextFrames(opened.value, WATCH_WAIT);
      if (next.type !== 'ended') continue;
      yield* cx.printError('error: lost connection to pod\n');
      return FAILED;
    }
  },
});

function* serviceOf(word: string, namespace: string): Conversation<Service | undefined> {
  const [type = '', name] = word.split('/');
  const descriptor = name === undefined ? undefined : descriptorOfWord(type);
  if (descriptor?.kind !== 'Service' || name === undefined) return undefined;
  const object = yield* read({ descriptor, namespace, name });
  return object.ok ? (object.value as KubeObject as Service) : undefined;
}

/** `8080`, `8080:80`, `:80`, `8080:http`. A service's ports are those of its pods. */
function forwardsOf(words: readonly string[], pod: Pod, service: Service | undefined): Result<readonly Forward[], Failure> {
  const forwards: Forward[] = [];
  for (const word of words) {
    const parts = word.split(':');
    const [first = '', second] = parts;
    const remote = remotePort(second ?? first, pod, service);
    if (!remote.ok) return remote;
    const local = first === '' ? ANY_PORT + (remote.value % 1000) : second === undefined && !/^\d+$/.test(first) ? remote.value : Number(first);
    if (parts.length > 2 || !Number.isInteger(local) || local < 0 || local > PORT_MAX) return { ok: false, error: plainFailure(`error parsing local port '${first}': strconv.ParseUint: parsing ${JSON.stringify(first)}: invalid syntax`) };
    forwards.push({ local, remote: remote.value });
  }
  return { ok: true, value: forwards };
}

function remotePort(text: string, pod: Pod, service: Service | undefined): Result<number, Failure> {
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  const named = (name: string): number | undefined => pod.spec.containers.flatMap((container) => container.ports ?? []).find((port) => port.name === name)?.containerPort;
  if (service !== undefined) {
    const port = (service.spec.ports ?? []).find((each) => (number === undefined ? each.name === text : each.port === number));
    if (port === undefined) return { ok: false, error: plainFailure(`Service ${service.metadata.name} does not have a service port ${text}`) };
    const target = port.targetPort ?? port.port;
    const found = typeof target === 'number' ? target : named(target);
    return found === undefined ? { ok: false, error: plainFailure(`Pod '${pod.metadata.name}' does not have a named port '${String(target)}'`) } : { ok: true, value: found };
  }
  const found = number ?? named(text);
  if (found === undefined) return { ok: false, error: plainFailure(`Pod '${pod.metadata.name}' does not have a named port '${text}'`) };
  return found < 1 || found > PORT_MAX ? { ok: false, error: plainFailure(`error parsing remote port '${text}': must be between 1 and 65535`) } : { ok: true, value: found };
}
