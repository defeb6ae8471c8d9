/** `etcdctl role …`. @source etcd-io/etcd etcdctl/ctlv3/command/role_command.go */
import type { Result } from '../../../base/data.ts';
import { type Permission, prefixEnd, type ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { toCompactJson } from '../../json.ts';
import { isOn, operands } from '../../options.ts';
import { changed } from './changed.ts';
import { call, type Client, clientOf, refusal } from './client.ts';
import { headerFields, line } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { bytes, list, number, record, withHeader } from './json.ts';
import { fromKeyFlag, prefixFlag } from './key-requests.ts';
import { badArguments, fail, type Failure, show } from './output.ts';

export interface Roles { readonly roles: readonly string[] }

const TYPES = { READ: 0, WRITE: 1, READWRITE: 2 } as const;

function permissionText({ key, rangeEnd = '' }: Permission): string {
  if (rangeEnd === '') return `\t${key}\n`;
  const range = rangeEnd === '\0' ? `\t[${key}, <open ended>` : `\t[${key}, ${rangeEnd})`;
  return `${range}${prefixEnd(key) === rangeEnd ? ` (prefix ${key})` : ''}\n`;
}

/** What a role may read and write. */
function roleText(role: string, perm: readonly Permission[]): string {
  const of = (...types: readonly Permission['permType'][]): string => perm.filter(({ permType }) => types.includes(permType)).map(permissionText).join('');
  return `Role ${role}\nKV Read:\n${of('READ', 'READWRITE')}KV Write:\n${of('WRITE', 'READWRITE')}`;
}

const roleFields = (header: ResponseHeader, perm: readonly Permission[], isHex: boolean): string => headerFields(header, isHex)
  + perm.map(({ permType, key, rangeEnd = '' }) => `"PermType" :  ${permType}\n${line('Key', goQuote(key))}${line('RangeEnd', goQuote(rangeEnd))}`).join('');

/** Reads a role and shows it. */
export function* showRole(args: Arguments, client: Client, role: string): Conversation<number> {
  const answer = yield* call<{ readonly perm: readonly Permission[] }>(client, { op: 'roleGet', args: { role } });
  if (!answer.ok) return yield* fail(refusal(answer));
  const { header, body: { perm } } = answer;
  return yield* show(args, {
    simple: () => roleText(role, perm), fields: (isHex) => roleFields(header, perm, isHex),
    json: () => withHeader(header, list('perm', perm.map(({ permType, key, rangeEnd = '' }) => record(number('permType', TYPES[permType]), bytes('key', key), bytes('range_end', rangeEnd))))),
  });
}

const roleAdd = defineCommand({
  path: ['etcdctl', 'role', 'add'],
  summary: 'add a role, which may do nothing yet',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [{ line: 'etcdctl role add reader', shows: 'Role reader created' }],
  *run(args, settings) {
    const [name, ...more] = operands(args, 'words');
    if (name === undefined || more.length > 0) return yield* fail(badArguments('role add command requires role name as its argument'));
    return yield* changed(args, settings, { request: { op: 'roleAdd', args: { name } }, done: `Role ${name} created` });
  },
});

const roleDelete = defineCommand({
  path: ['etcdctl', 'role', 'delete'],
  summary: 'delete a role',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [role, ...more] = operands(args, 'words');
    if (role === undefined || more.length > 0) return yield* fail(badArguments('role delete command requires role name as its argument'));
    return yield* changed(args, settings, { request: { op: 'roleDelete', args: { role } }, done: `Role ${role} deleted` });
  },
});

const roleGet = defineCommand({
  path: ['etcdctl', 'role', 'get'],
  summary: 'show what a role may do',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [],
  *run(args, settings) {
    const [role, ...more] = operands(args, 'words');
    if (role === undefined || more.length > 0) return yield* fail(badArguments('role get command requires role name as its argument'));
    return yield* showRole(args, yield* clientOf(args, settings), role);
  },
});

const roleList = defineCommand({
  path: ['etcdctl', 'role', 'list'],
  summary: 'show all roles',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl role list', shows: '' }],
  *run(args, settings) {
    if (operands(args, 'words').length > 0) return yield* fail(badArguments('role list command requires no arguments'));
    const answer = yield* call<Roles>(yield* clientOf(args, settings), { op: 'roleList', args: {} });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body: { roles } } = answer;
    return yield* show(args, {
      simple: () => roles.map((role) => `${role}\n`).join(''), json: () => withHeader(header, list('roles', roles.map((role) => toCompactJson(role)))),
      fields: (isHex) => `${headerFields(header, isHex)}"Roles" :${roles.map((role) => ` ${goQuote(role)}`).join('')}\n`,
    });
  },
});

/** Key and end as words and flags give them. @source role_command.go permRange */
function permissionRange(args: Arguments, [key = '', end]: readonly string[]): Result<{ readonly key: string; readonly rangeEnd: string }, Failure> {
  const [isPrefix, isFrom] = [isOn(args, 'prefix'), isOn(args, 'from-key')];
  const refuse = (message: string): Result<never, Failure> => ({ ok: false, error: badArguments(message) });
  if (end !== undefined) {
    if (isPrefix) return refuse('unexpected endkey argument with --prefix flag');
    if (isFrom) return refuse('unexpected endkey argument with --from-key flag');
    return { ok: true, value: { key, rangeEnd: end } };
  }
  if (isPrefix && isFrom) return refuse('--from-key and --prefix flags are mutually exclusive');
  if (!isPrefix && !isFrom) return { ok: true, value: { key, rangeEnd: '' } };
  if (key === '') return { ok: true, value: { key: '\0', rangeEnd: '\0' } };
  return { ok: true, value: { key, rangeEnd: isPrefix ? prefixEnd(key) : '\0' } };
}

const isType = (text: string): text is Permission['permType'] => text in TYPES;
const rangeFlags = [prefixFlag, fromKeyFlag];

const roleGrantPermission = defineCommand({
  path: ['etcdctl', 'role', 'grant-permission'],
  summary: 'let a role read or write keys: ROLE read|write|readwrite KEY [END]',
  flags: [...etcdctlFlags, ...rangeFlags],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [name, type, ...keys] = operands(args, 'words');
    if (name === undefined || type === undefined || keys.length === 0) {
      return yield* fail(badArguments('role grant command requires role name, permission type, and key [endkey] as its argument'));
    }
    const permType = type.toUpperCase();
    if (!isType(permType)) return yield* fail(badArguments(`invalid permission type: ${type}`));
    const range = permissionRange(args, keys);
    if (!range.ok) return yield* fail(range.error);
    return yield* changed(args, settings, { request: { op: 'roleGrantPermission', args: { name, perm: { permType, ...range.value } } }, done: `Role ${name} updated` });
  },
});

function revokedText(role: string, { key, rangeEnd }: { readonly key: string; readonly rangeEnd: string }): string {
  if (rangeEnd === '') return `Permission of key ${key} is revoked from role ${role}`;
  return `Permission of range [${key}, ${rangeEnd === '\0' ? '<open ended>' : `${rangeEnd})`} is revoked from role ${role}`;
}

const roleRevokePermission = defineCommand({
  path: ['etcdctl', 'role', 'revoke-permission'],
  summary: 'take the right on keys from a role: ROLE KEY [END]',
  flags: [...etcdctlFlags, ...rangeFlags],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [role, ...keys] = operands(args, 'words');
    if (role === undefined || keys.length === 0) return yield* fail(badArguments('role revoke-permission command requires role name and key [endkey] as its argument'));
    const range = permissionRange(args, keys);
    if (!range.ok) return yield* fail(range.error);
    return yield* changed(args, settings, { request: { op: 'roleRevokePermission', args: { role, ...range.value } }, done: revokedText(role, range.value) });
  },
});

/** The commands for roles. */
export const roleCommands: readonly Command[] = [roleAdd, roleDelete, roleGet, roleList, roleGrantPermission, roleRevokePermission];
