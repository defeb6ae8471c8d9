/** `etcdctl user …`. @source etcd-io/etcd etcdctl/ctlv3/command/user_command.go */
import type { Result } from '../../../base/data.ts';
import type { ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand, type Flag, type Settings } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { toCompactJson } from '../../json.ts';
import { isOn, operands, textFlag } from '../../options.ts';
import { changed } from './changed.ts';
import { call, clientOf, refusal } from './client.ts';
import { list, withHeader } from './json.ts';
import { badArguments, fail, type Failure, show } from './output.ts';
import { type Roles, showRole } from './role.ts';

const interactiveFlag: Flag = { name: 'interactive', type: 'bool', summary: 'ask for the password twice; =false reads it from standard input' };

/** The password from standard input: a here-document of one line, or of two when it is asked for twice. */
function* readPassword(args: Arguments, name: string): Conversation<Result<string, Failure>> {
  const [first = '', second = ''] = (args.files['-'] ?? '').split('\n');
  if (args.flags['interactive'] === false) return { ok: true, value: first.trim().split(/\s/)[0] ?? '' };
  yield* cx.print(`Password of ${name}: \n`);
  if (first === '') return { ok: false, error: badArguments('empty password') };
  yield* cx.print(`Type password of ${name} again for confirmation: \n`);
  return first === second ? { ok: true, value: first } : { ok: false, error: badArguments('given passwords are different') };
}

interface NewUser { readonly name: string; readonly password?: string; readonly noPassword?: boolean }

function* newUser(args: Arguments, word: string): Conversation<Result<NewUser, Failure>> {
  if (isOn(args, 'no-password')) return { ok: true, value: { name: word, noPassword: true } };
  const fromFlag = textFlag(args, 'new-user-password');
  if (fromFlag !== '') return { ok: true, value: { name: word, password: fromFlag } };
  const colon = word.indexOf(':');
  if (colon === 0) return { ok: false, error: badArguments('empty user name is not allowed') };
  if (colon > 0) return { ok: true, value: { name: word.slice(0, colon), password: word.slice(colon + 1) } };
  const password = yield* readPassword(args, word);
  return password.ok ? { ok: true, value: { name: word, password: password.value } } : password;
}

const userAdd = defineCommand({
  path: ['etcdctl', 'user', 'add'],
  summary: 'add a user: NAME or NAME:PASSWORD',
  flags: [
    ...etcdctlFlags, interactiveFlag, { name: 'new-user-password', type: 'string', summary: 'the password' },
    { name: 'no-password', type: 'bool', summary: 'a user known by certificate only' },
  ],
  changesWorld: true,
  examples: [{ line: 'etcdctl user add ann:secret', shows: 'User ann created' }],
  *run(args, settings) {
    const [word, ...more] = operands(args, 'words');
    if (word === undefined || more.length > 0) return yield* fail(badArguments('user add command requires user name as its argument'));
    const user = yield* newUser(args, word);
    if (!user.ok) return yield* fail(user.error);
    return yield* changed(args, settings, { request: { op: 'userAdd', args: user.value }, done: `User ${user.value.name} created` });
  },
});

const userDelete = defineCommand({
  path: ['etcdctl', 'user', 'delete'],
  summary: 'delete a user',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [name, ...more] = operands(args, 'words');
    if (name === undefined || more.length > 0) return yield* fail(badArguments('user delete command requires user name as its argument'));
    return yield* changed(args, settings, { request: { op: 'userDelete', args: { name } }, done: `User ${name} deleted` });
  },
});

const userGet = defineCommand({
  path: ['etcdctl', 'user', 'get'],
  summary: 'show the roles of a user',
  flags: [...etcdctlFlags, { name: 'detail', type: 'bool', summary: 'also what the roles may do' }],
  changesWorld: false,
  examples: [],
  *run(args, settings) {
    const [name, ...more] = operands(args, 'words');
    if (name === undefined || more.length > 0) return yield* fail(badArguments('user get command requires user name as its argument'));
    const answer = yield* call<Roles>(yield* clientOf(args, settings), { op: 'userGet', args: { name } });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body: { roles } } = answer;
    if (isOn(args, 'detail')) return yield* showDetail(args, settings, { name, roles });
    return yield* show(args, { simple: () => `User: ${name}\nRoles:${roles.map((role) => ` ${role}`).join('')}\n`, json: () => namesJson(header, 'roles', roles) });
  },
});

function* showDetail(args: Arguments, settings: Settings, { name, roles }: { readonly name: string; readonly roles: readonly string[] }): Conversation<number> {
  const client = yield* clientOf(args, settings);
  yield* cx.print(`User: ${name}\n`);
  for (const role of roles) {
    yield* cx.print('\n');
    const exit = yield* showRole(args, client, role);
    if (exit !== 0) return exit;
  }
  return 0;
}

const namesJson = (header: ResponseHeader, name: string, names: readonly string[]): string => withHeader(header, list(name, names.map((each) => toCompactJson(each))));

const userList = defineCommand({
  path: ['etcdctl', 'user', 'list'],
  summary: 'show all users',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl user list', shows: '' }],
  *run(args, settings) {
    if (operands(args, 'words').length > 0) return yield* fail(badArguments('user list command requires no arguments'));
    const answer = yield* call<{ readonly users: readonly string[] }>(yield* clientOf(args, settings), { op: 'userList', args: {} });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body: { users } } = answer;
    return yield* show(args, { simple: () => users.map((user) => `${user}\n`).join(''), json: () => namesJson(header, 'users', users) });
  },
});

const userPasswd = defineCommand({
  path: ['etcdctl', 'user', 'passwd'],
  summary: 'give a user another password',
  flags: [...etcdctlFlags, interactiveFlag],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [name, ...more] = operands(args, 'words');
    if (name === undefined || more.length > 0) return yield* fail(badArguments('user passwd command requires user name as its argument'));
    const password = yield* readPassword(args, name);
    if (!password.ok) return yield* fail(password.error);
    return yield* changed(args, settings, { request: { op: 'userChangePassword', args: { name, password: password.value } }, done: 'Password updated' });
  },
});

const userGrantRole = defineCommand({
  path: ['etcdctl', 'user', 'grant-role'],
  summary: 'give a role to a user',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [user, role, ...more] = operands(args, 'words');
    if (user === undefined || role === undefined || more.length > 0) return yield* fail(badArguments('user grant command requires user name and role name as its argument'));
    return yield* changed(args, settings, { request: { op: 'userGrantRole', args: { user, role } }, done: `Role ${role} is granted to user ${user}` });
  },
});

const userRevokeRole = defineCommand({
  path: ['etcdctl', 'user', 'revoke-role'],
  summary: 'take a role from a user',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [name, role, ...more] = operands(args, 'words');
    if (name === undefined || role === undefined || more.length > 0) return yield* fail(badArguments('user revoke-role requires user name and role name as its argument'));
    return yield* changed(args, settings, { request: { op: 'userRevokeRole', args: { name, role } }, done: `Role ${role} is revoked from user ${name}` });
  },
});

/** The commands for users. */
export const userCommands: readonly Command[] = [userAdd, userDelete, userGet, userList, userPasswd, userGrantRole, userRevokeRole];
