import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, plainFailure, seeHelp, usage } from '../errors.ts';
import { printFlags } from '../flags.ts';
import { CLUSTER, CONTEXT, SERVER, USER } from '../kubeconfig.ts';
import { isOn, operand, textFlag } from '../options.ts';
import { printerOf } from '../output.ts';
import { table } from '../table.ts';
import { toYaml } from '../yaml.ts';

function kubeconfig(settings: Settings): object {
  const context = { cluster: CLUSTER, ...(settings.namespace === 'default' ? {} : { namespace: settings.namespace }), user: USER };
  return {
    apiVersion: 'v1', clusters: [{ cluster: { 'certificate-authority-data': 'DATA+OMITTED', server: SERVER }, name: CLUSTER }], contexts: [{ context, name: CONTEXT }],
    'current-context': CONTEXT, kind: 'Config', users: [{ name: USER, user: { 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED' } }],
  };
}

/** @source kubernetes/kubectl pkg/cmd/config */
export const configView = defineCommand({
  path: ['kubectl', 'config', 'view'], summary: 'show the kubeconfig', changesWorld: false,
  flags: [...printFlags, { name: 'minify', type: 'bool', summary: 'only what the context uses' }, { name: 'raw', type: 'bool', summary: 'with keys', hidden: true }, { name: 'flatten', type: 'bool', summary: 'with files put in', hidden: true }],
  examples: [{ line: 'kubectl config view', shows: 'current-context: kubernetes-admin@kubernetes' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const printer = printerOf(args);
    if (!printer.ok) return yield* fail(printer.error);
    const text = printer.value?.(kubeconfig(settings)) ?? { ok: true as const, value: toYaml(kubeconfig(settings)) };
    if (!text.ok) return yield* fail(text.error);
    yield* cx.print(text.value);
    return 0;
  },
});

export const configCurrent = defineCommand({
  path: ['kubectl', 'config', 'current-context'], summary: 'show the name of the context', changesWorld: false, flags: [],
  examples: [{ line: 'kubectl config current-context', shows: CONTEXT }],
  *run(): Conversation<number> {
    yield* cx.print(`${CONTEXT}\n`);
    return 0;
  },
});

export const configContexts = defineCommand({
  path: ['kubectl', 'config', 'get-contexts'], summary: 'list the contexts', changesWorld: false,
  flags: [{ name: 'no-headers', type: 'bool', summary: 'no header row' }, { name: 'output', short: 'o', type: 'string', summary: 'form of the output', choices: ['name'] }],
  examples: [{ line: 'kubectl config get-contexts', shows: 'AUTHINFO' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (textFlag(args, 'output') === 'name') {
      yield* cx.print(`${CONTEXT}\n`);
      return 0;
    }
    const row = ['*', CONTEXT, CLUSTER, USER, settings.namespace === 'default' ? '' : settings.namespace];
    yield* cx.print(table(isOn(args, 'no-headers') ? [row] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], row]));
    return 0;
  },
});

/** The session remembers the namespace; this command only answers. */
export const configSetContext = defineCommand({
  path: ['kubectl', 'config', 'set-context'], summary: 'change the context: kubectl config set-context --current --namespace=shop', changesWorld: false,
  flags: [{ name: 'current', type: 'bool', summary: 'the context in use' }],
  examples: [{ line: 'kubectl config set-context --current --namespace=kube-system', shows: `Context "${CONTEXT}" modified.` }],
  *run(args: Arguments): Conversation<number> {
    const name = operand(args, 'context');
    if (name === '' && !isOn(args, 'current')) return yield* usage(seeHelp('kubectl config set-context', 'you must specify a non-empty context name or --current'));
    if (name !== '' && isOn(args, 'current')) return yield* usage('you cannot specify both a context name and --current');
    if (name !== '' && name !== CONTEXT) return yield* fail(plainFailure(`only the context "${CONTEXT}" is there`));
    yield* cx.print(`Context "${CONTEXT}" modified.\n`);
    return 0;
  },
});
