/** `kubectl config view`, `current-context`, `get-contexts`, `get-clusters`, `get-users`. */
import type { Result } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand } from '../../command.ts';
import { fail, plainFailure, seeHelp, usage } from '../../errors.ts';
import { printFlags } from '../../flags.ts';
import { CONTEXT, type Kubeconfig, CLUSTER, USER } from '../../kubeconfig.ts';
import { isOn, operands, textFlag } from '../../options.ts';
import { printerOf } from '../../output.ts';
import { table } from '../../table.ts';
import { toYaml } from '../../yaml.ts';
import { documentOf, namesIn } from './document.ts';

/** @source kubernetes/kubectl pkg/cmd/config/view.go */
export const configView = defineCommand({
  path: ['kubectl', 'config', 'view'], summary: 'show the kubeconfig', changesWorld: false,
  flags: [
    ...printFlags,
    { name: 'minify', type: 'bool', summary: 'only what the context uses' },
    { name: 'raw', type: 'bool', summary: 'with keys and certificates' },
    { name: 'flatten', type: 'bool', summary: 'with files put in', hidden: true },
    { name: 'merge', type: 'bool', summary: 'several files as one', implied: 'true', hidden: true },
  ],
  examples: [{ line: 'kubectl config view', shows: 'current-context: kubernetes-admin@kubernetes' }],
  *run(args: Arguments): Conversation<number> {
    const printer = printerOf(args, { asIs: true });
    if (!printer.ok) return yield* fail(printer.error);
    if (operands(args, 'names').length > 0) return yield* usage(seeHelp('kubectl config view', `unexpected arguments: [${operands(args, 'names').join(' ')}]`));
    if (args.flags['merge'] === false && textFlag(args, 'kubeconfig') === '') return yield* usage('if merge==false a precise file must be specified');
    const config = yield* cx.kubeconfig();
    const shown = isOn(args, 'minify') ? minified(config, textFlag(args, 'context') || config.current) : { ok: true as const, value: config };
    if (!shown.ok) return yield* usage(shown.error);
    const document = documentOf(shown.value, isOn(args, 'raw') || isOn(args, 'flatten'));
    const text = printer.value?.(document) ?? { ok: true as const, value: toYaml(document) };
    if (!text.ok) return yield* fail(text.error);
    yield* cx.print(text.value);
    return 0;
  },
});

/** Only the context in use, with its cluster and user. */
function minified(config: Kubeconfig, current: string): Result<Kubeconfig, string> {
  if (current === '') return { ok: false, error: 'current-context must exist in order to minify' };
  const context = config.contexts[current];
  if (context === undefined) return { ok: false, error: `cannot locate context ${current}` };
  const only = <T>(entries: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> => Object.fromEntries(Object.entries(entries).filter(([each]) => each === name));
  return { ok: true, value: { current, contexts: { [current]: context }, clusters: only(config.clusters, String(context['cluster'] ?? '')), users: only(config.users, String(context['user'] ?? '')) } };
}

export const configCurrent = defineCommand({
  path: ['kubectl', 'config', 'current-context'], summary: 'show the name of the context', changesWorld: false, flags: [],
  examples: [{ line: 'kubectl config current-context', shows: CONTEXT }],
  *run(): Conversation<number> {
    const { current } = yield* cx.kubeconfig();
    if (current === '') return yield* usage('current-context is not set');
    yield* cx.print(`${current}\n`);
    return 0;
  },
});

/** @source kubernetes/kubectl pkg/cmd/config/get_contexts.go */
export const configContexts = defineCommand({
  path: ['kubectl', 'config', 'get-contexts'], summary: 'list the contexts', changesWorld: false,
  flags: [{ name: 'no-headers', type: 'bool', summary: 'no header row' }, { name: 'output', short: 'o', type: 'string', summary: 'form of the output', choices: ['name'] }],
  examples: [{ line: 'kubectl config get-contexts', shows: 'AUTHINFO' }],
  *run(args: Arguments): Conversation<number> {
    const config = yield* cx.kubeconfig();
    const output = textFlag(args, 'output');
    if (output !== '' && output !== 'name') return yield* usage(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`);
    const wanted = operands(args, 'names');
    const missing = wanted.filter((name) => config.contexts[name] === undefined);
    const found = (wanted.length === 0 ? namesIn(config.contexts) : wanted).filter((name) => config.contexts[name] !== undefined);
    const rows = found.map((name) => (output === 'name' ? [name] : rowOf(config, name)));
    const header = output === 'name' || isOn(args, 'no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']];
    if (header.length + rows.length > 0) yield* cx.print(table([...header, ...rows]));
    return missing.length === 0 ? 0 : yield* fail(...missing.map((name) => plainFailure(`context ${name} not found`)));
  },
});

function rowOf(config: Kubeconfig, name: string): readonly string[] {
  const context = config.contexts[name] ?? {};
  return [name === config.current ? '*' : '', name, String(context['cluster'] ?? ''), String(context['user'] ?? ''), String(context['namespace'] ?? '')];
}

function lister(word: 'get-clusters' | 'get-users', section: 'clusters' | 'users', shows: string): Command {
  return defineCommand({
    path: ['kubectl', 'config', word], summary: `list the ${section}`, changesWorld: false, flags: [], examples: [{ line: `kubectl config ${word}`, shows }],
    *run(): Conversation<number> {
      const config = yield* cx.kubeconfig();
      yield* cx.print(['NAME', ...namesIn(config[section])].map((name) => `${name}\n`).join(''));
      return 0;
    },
  });
}

export const configClusters = lister('get-clusters', 'clusters', CLUSTER);
export const configUsers = lister('get-users', 'users', USER);
