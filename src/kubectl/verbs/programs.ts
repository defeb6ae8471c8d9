/** Commands about kubectl itself: `options`, `plugin list`, `completion`, `alpha kuberc`, and `proxy`. */
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { fail, plainFailure, seeHelp, usage } from '../errors.ts';
import { KUBECONFIG_PATH } from '../kubeconfig.ts';
import { kubectlFlags, printFlags } from '../flags.ts';
import { operands, textFlag } from '../options.ts';

export const options = defineCommand({
  path: ['kubectl', 'options'], summary: 'list the flags that every command takes', changesWorld: false, flags: [], examples: [{ line: 'kubectl options', shows: '--namespace' }],
  *run(): Conversation<number> {
    const rows = kubectlFlags.map((flag) => `    ${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${flag.type === 'bool' ? '=false' : "=''"}:\n\t${flag.summary}\n`);
    yield* cx.print(`The following options can be passed to any command:\n\n${rows.join('\n')}`);
    return 0;
  },
});

export const pluginList = defineCommand({
  path: ['kubectl', 'plugin', 'list'], summary: 'list plugins', changesWorld: false, flags: [{ name: 'name-only', type: 'bool', summary: 'names without folders' }], examples: [],
  run: () => usage('unable to find any kubectl plugins in your PATH'),
});

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

export const completion = defineCommand({
  path: ['kubectl', 'completion'], summary: 'completion for a shell; this prompt has its own, press Tab', changesWorld: false, flags: [], examples: [],
  *run(args: Arguments): Conversation<number> {
    const [shell, ...more] = operands(args, 'names');
    if (shell === undefined) return yield* usage(seeHelp('kubectl completion', 'Shell not specified.'));
    if (more.length > 0) return yield* usage(seeHelp('kubectl completion', 'Too many arguments. Expected only the shell type.'));
    if (!SHELLS.includes(shell)) return yield* usage(seeHelp('kubectl completion', `Unsupported shell type ${JSON.stringify(shell)}.`));
    yield* cx.print(`# This prompt completes by itself: press Tab. A ${shell} of your own needs \`kubectl completion ${shell}\` of a real kubectl.\n`);
    return 0;
  },
});

/** There is no preferences file here, as on a fresh machine. */
export const kubercView = defineCommand({
  path: ['kubectl', 'alpha', 'kuberc', 'view'], summary: 'show preferences of kubectl', changesWorld: false, examples: [],
  flags: [...printFlags, { name: 'kuberc', type: 'string', summary: 'preferences file' }],
  *run(args: Arguments): Conversation<number> {
    const path = textFlag(args, 'kuberc');
    if (path !== '') return yield* fail(plainFailure(`open ${path}: no such file or directory`));
    yield* cx.print(`kuberc file not found at ${KUBECONFIG_PATH.replace(/config$/, 'kuberc')}\nWould you like to generate a default kuberc file with recommended options? (y/N): `);
    return 0;
  },
});

export const kubercSet = defineCommand({
  path: ['kubectl', 'alpha', 'kuberc', 'set'], summary: 'set a preference of kubectl', changesWorld: false, examples: [],
  flags: [
    { name: 'kuberc', type: 'string', summary: 'preferences file' }, { name: 'section', type: 'string', summary: 'defaults or aliases', choices: ['defaults', 'aliases'] }, { name: 'command', type: 'string', summary: 'command it is for' },
    { name: 'name', type: 'string', summary: 'name of the alias' }, { name: 'option', type: 'list', summary: 'default of a flag, NAME=VALUE' }, { name: 'prependarg', type: 'list', summary: 'words in front' },
    { name: 'appendarg', type: 'list', summary: 'words behind' }, { name: 'overwrite', type: 'bool', summary: 'replace what is there' },
  ],
  *run(args: Arguments): Conversation<number> {
    if (textFlag(args, 'section') === '') return yield* usage('required flag(s) "section" not set');
    return yield* usage('preferences of kubectl are not kept here');
  },
});

/** @fidelity absent: there is no port of this machine to serve on; `pilothouse serve` gives real clients the API */
export const proxy = defineCommand({
  path: ['kubectl', 'proxy'], summary: 'serve the API on this machine; here `pilothouse serve` does', changesWorld: false, examples: [],
  flags: [
    { name: 'port', short: 'p', type: 'int', summary: 'port to serve on' }, { name: 'address', type: 'string', summary: 'address to serve on' }, { name: 'unix-socket', short: 'u', type: 'string', summary: 'socket to serve on' },
    { name: 'accept-hosts', type: 'string', summary: 'hosts that may ask', hidden: true }, { name: 'accept-paths', type: 'string', summary: 'paths that may be asked', hidden: true }, { name: 'reject-paths', type: 'string', summary: 'paths that may not', hidden: true },
    { name: 'reject-methods', type: 'string', summary: 'methods that may not', hidden: true }, { name: 'api-prefix', type: 'string', summary: 'path of the API', hidden: true }, { name: 'append-server-path', type: 'bool', summary: 'with the path of the server', hidden: true },
    { name: 'disable-filter', type: 'bool', summary: 'let everything through', hidden: true }, { name: 'keepalive', type: 'duration', summary: 'how long connections stay', hidden: true },
    { name: 'www', short: 'w', type: 'string', summary: 'folder to serve as well', hidden: true }, { name: 'www-prefix', short: 'P', type: 'string', summary: 'path of that folder', hidden: true },
  ],
  run: () => usage('this prompt has no port of its own to serve on; run `pilothouse serve` in another terminal, and use its kubeconfig'),
});
