/** `etcdctl downgrade …`. @source etcd-io/etcd etcdctl/ctlv3/command/downgrade_command.go */
import type { DowngradeRequest } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, defineCommand, type Settings } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { operands } from '../../options.ts';
import { call, clientOf, refusal } from './client.ts';
import { text, withHeader } from './json.ts';
import { badArguments, fail, formOf, show } from './output.ts';

function* ask(args: Arguments, settings: Settings, request: DowngradeRequest): Conversation<number> {
  const form = formOf(args);
  if (!form.ok) return yield* fail(form.error);
  const answer = yield* call<{ readonly version: string }>(yield* clientOf(args, settings), { op: 'downgrade', args: request });
  if (!answer.ok) return yield* fail(refusal(answer));
  const { header, body: { version } } = answer;
  return yield* show(args, { simple: () => `Downgrade ${request.action} success, cluster version ${version}\n`, json: () => withHeader(header, text('version', version)) });
}

function* toVersion(args: Arguments, settings: Settings, action: 'validate' | 'enable'): Conversation<number> {
  const [version, ...more] = operands(args, 'words');
  if (version === undefined) return yield* fail(badArguments('TARGET_VERSION not provided'));
  if (more.length > 0) return yield* fail(badArguments('too many arguments'));
  if (version === '') return yield* fail(badArguments('target version not provided'));
  return yield* ask(args, settings, { action, version });
}

const validate = defineCommand({
  path: ['etcdctl', 'downgrade', 'validate'], summary: 'show whether the cluster can go back to a version', flags: etcdctlFlags, changesWorld: false,
  examples: [{ line: 'etcdctl downgrade validate 3.5', shows: 'Downgrade validate success, cluster version 3.6' }],
  run: (args, settings) => toVersion(args, settings, 'validate'),
});

const enable = defineCommand({
  path: ['etcdctl', 'downgrade', 'enable'], summary: 'let the cluster work as a version before, so that members can be replaced by such', flags: etcdctlFlags, changesWorld: true,
  examples: [{ line: 'etcdctl downgrade enable 3.5', shows: 'Downgrade enable success, cluster version 3.6' }],
  run: (args, settings) => toVersion(args, settings, 'enable'),
});

const cancel = defineCommand({
  path: ['etcdctl', 'downgrade', 'cancel'], summary: 'end a downgrade that is under way', flags: etcdctlFlags, changesWorld: true, examples: [],
  run: (args, settings) => ask(args, settings, { action: 'cancel', version: '' }),
});

/** The commands for going back a version. */
export const downgradeCommands: readonly Command[] = [validate, enable, cancel];
