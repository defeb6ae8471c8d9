/** `etcdctl auth …`. @source etcd-io/etcd etcdctl/ctlv3/command/auth_command.go */
import type { Conversation } from '../../../sim/conversation.ts';
import { cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { operands } from '../../options.ts';
import { type Answer, call, type Client, clientOf, refusal } from './client.ts';
import { flag, number, withHeader } from './json.ts';
import { badArguments, fail, show } from './output.ts';

const NO_ROOT_ROLE = 'etcdserver: root user does not have root role';

/** Enables authentication; the root user gets the root role if it has none yet. */
function* enable(client: Client): Conversation<Answer<object>> {
  const first = yield* call<object>(client, { op: 'authEnable', args: {} });
  if (first.ok || first.error !== NO_ROOT_ROLE) return first;
  yield* call<object>(client, { op: 'roleAdd', args: { name: 'root' } });
  const granted = yield* call<object>(client, { op: 'userGrantRole', args: { user: 'root', role: 'root' } });
  return granted.ok ? yield* call<object>(client, { op: 'authEnable', args: {} }) : granted;
}

/** `auth enable`. */
export const authEnable = defineCommand({
  path: ['etcdctl', 'auth', 'enable'],
  summary: 'from now on, ask everyone for a name and a password',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    if (operands(args, 'words').length > 0) return yield* fail(badArguments('auth enable command does not accept any arguments'));
    const answer = yield* enable(yield* clientOf(args, settings));
    if (!answer.ok) return yield* fail(refusal(answer));
    yield* cx.print('Authentication Enabled\n');
    return 0;
  },
});

/** `auth disable`. */
export const authDisable = defineCommand({
  path: ['etcdctl', 'auth', 'disable'],
  summary: 'ask nobody for a name any more',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [{ line: 'etcdctl auth disable', shows: 'Authentication Disabled' }],
  *run(args, settings) {
    if (operands(args, 'words').length > 0) return yield* fail(badArguments('auth disable command does not accept any arguments'));
    const answer = yield* call<object>(yield* clientOf(args, settings), { op: 'authDisable', args: {} });
    if (!answer.ok) return yield* fail(refusal(answer));
    yield* cx.print('Authentication Disabled\n');
    return 0;
  },
});

/** `auth status`. */
export const authStatus = defineCommand({
  path: ['etcdctl', 'auth', 'status'],
  summary: 'show whether authentication is on',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl auth status', shows: 'Authentication Status: false' }],
  *run(args, settings) {
    if (operands(args, 'words').length > 0) return yield* fail(badArguments('auth status command does not accept any arguments'));
    const answer = yield* call<{ readonly enabled: boolean; readonly authRevision: number }>(yield* clientOf(args, settings), { op: 'authStatus', args: {} });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body: { enabled, authRevision } } = answer;
    return yield* show(args, {
      simple: () => `Authentication Status: ${enabled}\nAuthRevision: ${authRevision}\n`, json: () => withHeader(header, flag('enabled', enabled), number('authRevision', authRevision)),
    });
  },
});

/** The commands for authentication. */
export const authCommands = [authEnable, authDisable, authStatus] as const;
