import { bytesOf } from '../../base/bytes.ts';
import { compareText } from '../../base/compare.ts';
import type { KubeObject } from '../../api/meta.ts';
import { descriptorOfKind, descriptorOfWord } from '../../api/scheme.ts';
import type { LogBody } from '../../api/wire.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure } from '../errors.ts';
import { allNamespacesFlag, printFlags } from '../flags.ts';
import { isOn, listFlag, namespaceOf, textFlag } from '../options.ts';
import { outputOf, type Printer, printerOf } from '../output.ts';
import { callOf, list, send } from '../requests.ts';

/** What is dumped of each namespace, in upstream's order. */
const RESOURCES = ['events', 'replicationcontrollers', 'services', 'daemonsets', 'deployments', 'replicasets', 'pods'];

/** Prints all that helps to understand a cluster: nodes, and per namespace objects and logs.
 * @source kubernetes/kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go */
export const clusterDump = defineCommand({
  path: ['kubectl', 'cluster-info', 'dump'], summary: 'print all that helps to understand the cluster', changesWorld: false, examples: [{ line: 'kubectl cluster-info dump | head -3', shows: '"kind": "NodeList"' }],
  flags: [
    ...printFlags, allNamespacesFlag,
    { name: 'namespaces', type: 'list', summary: 'namespaces to print' }, { name: 'output-directory', type: 'string', summary: 'folder to write to; - is standard output', hidden: true },
    { name: 'pod-running-timeout', type: 'duration', summary: 'how long to wait for pods', hidden: true },
  ],
  *run(given: Arguments, settings: Settings): Conversation<number> {
    const args = textFlag(given, 'output') === '' ? { ...given, flags: { ...given.flags, output: 'json' } } : given;
    const folder = textFlag(args, 'output-directory');
    const printer = printerOf(args, { asIs: true });
    if (!printer.ok) return yield* fail(printer.error);
    const print: Printer = printer.value ?? ((object) => ({ ok: true, value: JSON.stringify(object) }));
    const to: Dump = { print, args, folder: folder === '-' ? '' : folder, ending: ENDINGS[outputOf(args).format] ?? '.txt' };
    const failure = yield* dumpAll('nodes', '', to);
    if (failure !== undefined) return yield* fail(failure);
    for (const namespace of yield* namespacesOf(args, settings)) {
      for (const resource of RESOURCES) {
        const refused = yield* dumpAll(resource, namespace, to);
        if (refused !== undefined) return yield* fail(refused);
      }
      yield* dumpLogs(namespace, to);
    }
    if (to.folder !== '') yield* cx.print(`Cluster info dumped to ${folder}\n`);
    return 0;
  },
});

const ENDINGS: Readonly<Record<string, string>> = { json: '.json', yaml: '.yaml' };
/** Names of files that are not those of the resources. */
const FILES: Readonly<Record<string, string>> = { replicationcontrollers: 'replication-controllers' };

/** Where a dump goes: a folder, '' = standard output. */
interface Dump { readonly print: Printer; readonly args: Arguments; readonly folder: string; readonly ending: string }

function* write({ folder }: Dump, file: string, text: string): Conversation<void> {
  if (folder === '') yield* cx.print(text); else yield* cx.saveFile(`${folder}/${file}`, bytesOf(text));
}

function* namespacesOf(args: Arguments, settings: Settings): Conversation<readonly string[]> {
  const named = listFlag(args, 'namespaces');
  if (!isOn(args, 'all-namespaces')) return named.length > 0 ? named : [...new Set(['kube-system', namespaceOf(args, settings)])];
  const descriptor = descriptorOfKind('Namespace');
  const found = descriptor === undefined ? undefined : yield* list({ descriptor, namespace: '', name: '' });
  return found?.ok === true ? found.value.items.map((each) => each.metadata.name).sort(compareText) : [];
}

function* dumpAll(resource: string, namespace: string, to: Dump): Conversation<Failure | undefined> {
  const { print, args, ending } = to;
  const descriptor = descriptorOfWord(resource);
  if (descriptor === undefined) return undefined;
  const found = yield* list({ descriptor, namespace, name: '' });
  if (!found.ok) return found.error;
  const { kind, apiVersion, metadata, items } = found.value;
  if (outputOf(args).format === 'name') return plainFailure(`list types are not supported by name printing: *${descriptor.version}.${kind}`);
  const text = print({ kind, apiVersion, metadata: { resourceVersion: metadata.resourceVersion }, items: items.map(untyped) });
  if (!text.ok) return text.error;
  yield* write(to, `${namespace === '' ? '' : `${namespace}/`}${FILES[resource] ?? resource}${ending}`, text.value);
  return undefined;
}

/** Items of a typed list do not say their kind. */
function untyped(object: KubeObject): object {
  const { kind: _kind, apiVersion: _version, ...rest } = object;
  return rest;
}

function* dumpLogs(namespace: string, to: Dump): Conversation<void> {
  const descriptor = descriptorOfKind('Pod');
  const pods = descriptor === undefined ? undefined : yield* list({ descriptor, namespace, name: '' });
  if (descriptor === undefined || pods?.ok !== true) return;
  for (const pod of pods.value.items as readonly Pod[]) {
    const { name } = pod.metadata;
    let text = '';
    for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
      text += `==== START logs for container ${container.name} of pod ${namespace}/${name} ====\n`;
      const answer = yield* send<LogBody>(callOf('get', { descriptor, namespace, name, subresource: 'log' }, { options: { container: container.name } }));
      text += answer.ok ? answer.value.lines.map((line) => `${line}\n`).join('') : `Request log error: ${answer.error.message}\n`;
      text += `==== END logs for container ${container.name} of pod ${namespace}/${name} ====\n`;
    }
    yield* write(to, `${namespace}/${name}/logs.txt`, text);
  }
}
