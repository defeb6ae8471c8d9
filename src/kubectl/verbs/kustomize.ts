import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { usage } from '../errors.ts';
import { operands, textFlag } from '../options.ts';
import { toYaml } from '../yaml.ts';

const RESTRICTORS: readonly string[] = ['LoadRestrictionsRootOnly', 'LoadRestrictionsNone'];

/** Prints what a folder with a kustomization builds; the edge builds it (src/repl/kustomize).
 * @source kubernetes-sigs/kustomize kustomize/commands/build/build.go */
export const kustomize = defineCommand({
  path: ['kubectl', 'kustomize'], summary: 'print what a folder with a kustomization builds', changesWorld: false, examples: [],
  flags: [
    { name: 'output', short: 'o', type: 'string', summary: 'file to write to', hidden: true }, { name: 'load-restrictor', type: 'string', summary: 'which files may be read', hidden: true },
    { name: 'as-current-user', type: 'bool', summary: 'user of plugins', hidden: true }, { name: 'enable-alpha-plugins', type: 'bool', summary: 'run plugins', hidden: true }, { name: 'enable-helm', type: 'bool', summary: 'use Helm charts', hidden: true },
    { name: 'env', short: 'e', type: 'list', summary: 'variables of plugins', hidden: true }, { name: 'mount', type: 'list', summary: 'folders of plugins', hidden: true }, { name: 'network', type: 'bool', summary: 'network of plugins', hidden: true },
    { name: 'network-name', type: 'string', summary: 'name of that network', hidden: true }, { name: 'helm-command', type: 'string', summary: 'program for charts', hidden: true }, { name: 'helm-api-versions', type: 'list', summary: 'versions for charts', hidden: true },
    { name: 'helm-kube-version', type: 'string', summary: 'version for charts', hidden: true }, { name: 'helm-debug', type: 'bool', summary: 'say more about charts', hidden: true },
  ],
  *run(args: Arguments): Conversation<number> {
    if (operands(args, 'names').length > 1) return yield* usage('specify one path to kustomization.yaml');
    const restrictor = textFlag(args, 'load-restrictor');
    if (restrictor !== '' && !RESTRICTORS.includes(restrictor)) return yield* usage(`illegal flag value --load-restrictor ${restrictor}; legal values: [${RESTRICTORS.join(' ')}]`);
    for (const warning of operands(args, 'fileWarnings')) yield* cx.printError(`${warning}\n`);
    const objects = (args.operands['objects'] as readonly { readonly object: object }[] | undefined) ?? [];
    const text = objects.map(({ object }) => toYaml(object)).join('---\n');
    const file = textFlag(args, 'output');
    if (file === '') yield* cx.print(text); else yield* cx.saveFile(file, text);
    return 0;
  },
});
