import { must } from '../base/assert.ts';
import type { Command } from './command.ts';
import { crictlCommands } from './verbs/crictl/registry.ts';
import { etcdutlCommands } from './verbs/etcdctl/etcdutl.ts';
import { etcdctlCommands } from './verbs/etcdctl/registry.ts';
import { httpCommands } from './verbs/curl.ts';
import { fileCommands } from './verbs/files.ts';
import { kubectlCommands } from './verbs/registry.ts';

/** Every command of kubectl, etcdctl, etcdutl and crictl, in the order of the help. */
export const commands: readonly Command[] = [...kubectlCommands, ...etcdctlCommands, ...etcdutlCommands, ...crictlCommands, ...fileCommands, ...httpCommands];

const byPath: ReadonlyMap<string, Command> = new Map(commands.map((command) => [command.path.join(' '), command]));

/** The command with this path; undefined for words that only lead to commands (`kubectl rollout`). */
function findCommand(path: readonly string[]): Command | undefined {
  return byPath.get(path.join(' '));
}

/** The command with this path, which the grammar has made sure of. */
export function commandAt(path: readonly string[]): Command {
  return must(findCommand(path), `no command "${path.join(' ')}"`);
}
