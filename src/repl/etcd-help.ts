/**
 * The help of etcdctl and etcdutl in the layout of their own: sections, columns and defaults as they print them. What commands and flags do is told in our words.
 *
 * @source etcd-io/etcd pkg/cobrautl/help.go (UsageFunc), spf13/cobra command.go (usage template), golang text/tabwriter
 */
import { ETCD_VERSION } from '../etcd/member-state.ts';
import type { Flag } from '../kubectl/command.ts';
import { etcdctlFlags, etcdutlFlags } from '../kubectl/flags.ts';
import { commands } from '../kubectl/registry.ts';
import { clusterFlag } from '../kubectl/verbs/etcdctl/endpoint.ts';
import type { CatalogNode } from './parse/catalog.ts';

type Lang = 'ko' | 'en';

/** What follows the words of a command in its usage line. */
const SYNOPSES: Readonly<Record<string, string>> = {
  'etcdctl get': '[options] <key> [range_end]', 'etcdctl put': '[options] <key> <value> (<value> can also be given from stdin)', 'etcdctl del': '[options] <key> [range_end]', 'etcdctl txn': '[options]',
  'etcdctl watch': '[options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...]', 'etcdctl compaction': '[options] <revision>', 'etcdctl move-leader': '<transferee-member-id>',
  'etcdctl lease': '<subcommand>', 'etcdctl lease grant': '<ttl>', 'etcdctl lease revoke': '<leaseID>', 'etcdctl lease timetolive': '<leaseID> [options]', 'etcdctl lease keep-alive': '[options] <leaseID>',
  'etcdctl member': '<subcommand>', 'etcdctl member add': '<memberName> [options]', 'etcdctl member remove': '<memberID>', 'etcdctl member update': '<memberID> [options]', 'etcdctl member promote': '<memberID>',
  'etcdctl endpoint': '<subcommand>', 'etcdctl alarm': '<subcommand>', 'etcdctl snapshot': '<subcommand>', 'etcdctl snapshot save': '<filename>', 'etcdctl check': '<subcommand>', 'etcdctl check perf': '[options]', 'etcdctl check datascale': '[options]',
  'etcdctl lock': '<lockname> [exec-command arg1 arg2 ...]', 'etcdctl elect': '<election-name> [proposal]', 'etcdctl make-mirror': '[options] <destination>', 'etcdctl completion': '[bash|zsh|fish|powershell]',
  'etcdctl downgrade': '<TARGET_VERSION>', 'etcdctl downgrade validate': '<TARGET_VERSION>', 'etcdctl downgrade enable': '<TARGET_VERSION>', 'etcdctl auth': '<enable or disable>', 'etcdctl user': '<subcommand>', 'etcdctl role': '<subcommand>',
  'etcdctl user add': '<user name or user:password> [options]', 'etcdctl user delete': '<user name>', 'etcdctl user get': '<user name> [options]', 'etcdctl user passwd': '<user name> [options]',
  'etcdctl user grant-role': '<user name> <role name>', 'etcdctl user revoke-role': '<user name> <role name>', 'etcdctl role add': '<role name>', 'etcdctl role delete': '<role name>', 'etcdctl role get': '<role name>',
  'etcdctl role grant-permission': '[options] <role name> <permission type> <key> [endkey]', 'etcdctl role revoke-permission': '<role name> <key> [endkey]',
  'etcdutl snapshot status': '<filename>', 'etcdutl snapshot restore': '<filename> --data-dir {output dir} [options]', 'etcdutl snapshot': '<subcommand>', 'etcdutl hashkv': '<filename>', 'etcdutl completion': '[bash|zsh|fish|powershell]',
};

/** Values that a flag has when it is not given, where they are not empty; those of one command before those of all. */
const DEFAULTS: Readonly<Record<string, string>> = {
  endpoints: '[127.0.0.1:2379]', 'write-out': 'simple', 'command-timeout': '5s', 'dial-timeout': '2s', 'keepalive-time': '2s', 'keepalive-timeout': '6s', 'insecure-transport': 'true', 'insecure-discovery': 'true',
  consistency: 'l', lease: '0', load: 's', ttl: '10', interactive: 'true', 'max-txn-ops': '128', 'dest-insecure-transport': 'true', 'name': 'default', 'initial-cluster': 'default=http://localhost:2380',
  'initial-cluster-token': 'etcd-cluster', 'initial-advertise-peer-urls': 'http://localhost:2380',
  'etcdctl check perf prefix': '/etcdctl-check-perf/', 'etcdctl check datascale prefix': '/etcdctl-check-datascale/', 'etcdctl watch interactive': 'false', 'etcdctl txn interactive': 'false',
};
const ZEROS: Readonly<Record<Flag['type'], string>> = { bool: 'false', string: '', int: '0', duration: '0s', list: '[]' };
const defaultOf = (command: string, flag: Flag): string => DEFAULTS[`${command} ${flag.name}`] ?? (flag.name === 'prefix' && flag.type === 'bool' ? 'false' : DEFAULTS[flag.name]) ?? ZEROS[flag.type];

const HELP = { ko: '명령 하나의 도움말', en: 'help about one command' } as const;

const TAB = 8;
/** Two columns with tabs between, as text/tabwriter sets them: the first is as wide as its longest cell and one more, up to the next stop. */
function columns(rows: readonly (readonly [string, string])[], lead = ''): readonly string[] {
  const width = Math.ceil((Math.max(0, ...rows.map(([first]) => first.length)) + 1) / TAB) * TAB;
  return rows.map(([first, second]) => `${lead}${first}${'\t'.repeat(Math.ceil((width - first.length) / TAB))}${second}`);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
const helpFlag = (node: CatalogNode): Flag => ({ name: 'help', short: 'h', type: 'bool', summary: `help for ${node.path.at(-1) ?? ''}` });

/** The flags of a command: its own with `--help`, and those it has from above. */
function flagsOf(node: CatalogNode): { readonly own: readonly Flag[]; readonly inherited: readonly Flag[] } {
  const [program] = node.path;
  const general = (program === 'etcdctl' ? etcdctlFlags : etcdutlFlags).filter(({ name }) => name !== 'help');
  const given = commands.find(({ path }) => path.join(' ') === node.path.join(' '))?.flags ?? [];
  const isRoot = node.path.length === 1;
  const above = node.path[1] === 'endpoint' && node.path.length > 2 ? [clusterFlag] : [];
  const own = given.filter(({ name }) => name !== 'help' && ![...general, ...above].some((one) => one.name === name));
  const group = node.path.join(' ') === 'etcdctl endpoint' ? [clusterFlag] : [];
  return { own: [...own, ...group, ...isRoot ? general : [], helpFlag(node)].sort(byName), inherited: isRoot ? [] : [...general, ...above].sort(byName) };
}

// ---- etcdctl ---------------------------------------------------------------------------------------------------------

function flagRow(command: string, flag: Flag): readonly [string, string] {
  const value = defaultOf(command, flag);
  const shown = flag.type === 'string' ? `"${value}"` : value;
  return [`${flag.short === undefined ? '      ' : `  -${flag.short}, `}--${flag.name}${flag.type === 'bool' ? `[=${shown}]` : `=${shown}`}`, flag.summary];
}

function leaves(node: CatalogNode): readonly CatalogNode[] {
  return [...node.children.values()].sort((a, b) => ((a.path.at(-1) ?? '') < (b.path.at(-1) ?? '') ? -1 : 1)).flatMap((child) => (child.children.size > 0 ? leaves(child) : [child]));
}

function etcdctlHelp(node: CatalogNode, lang: Lang): string {
  const name = node.path.join(' ');
  const isRoot = node.path.length === 1;
  const api = ETCD_VERSION.split('.').slice(0, 2).join('.');
  const synopsis = SYNOPSES[name];
  const found = leaves(node).map((leaf): readonly [string, string] => [leaf.path.slice(node.path.length).join(' '), leaf.summary[lang]]);
  const rows = isRoot ? [...found, ['help', HELP[lang]] as const].sort(([a], [b]) => (a < b ? -1 : 1)) : found;
  const { own, inherited } = flagsOf(node);
  return [
    'NAME:', `\t${isRoot ? name : node.path.slice(1).join(' ')} - ${node.summary[lang]}`, '',
    'USAGE:', `\t${name}${synopsis === undefined ? '' : ` ${synopsis}`}${name === 'etcdctl completion' ? '' : ' [flags]'}`,
    ...(isRoot ? ['', 'VERSION:', `\t${ETCD_VERSION}`] : []),
    ...(rows.length === 0 ? [] : ['', 'API VERSION:', `\t${api}`, '', '', 'COMMANDS:', ...columns(rows, '\t')]),
    '', 'OPTIONS:', ...columns(own.map((flag) => flagRow(name, flag))),
    ...(inherited.length === 0 ? [] : ['', 'GLOBAL OPTIONS:', ...columns(inherited.map((flag) => flagRow(name, flag)))]),
    '',
  ].join('\n');
}

// ---- etcdutl ---------------------------------------------------------------------------------------------------------

const NAME_PADDING = 11;

function etcdutlFlagsText(command: string, flags: readonly Flag[]): readonly string[] {
  const shown = flags.map((flag) => `${flag.short === undefined ? '      ' : `  -${flag.short}, `}--${flag.name}${flag.type === 'bool' ? '' : ` ${flag.type}`}`);
  const width = Math.max(...shown.map((text) => text.length));
  return flags.map((flag, i) => {
    const value = defaultOf(command, flag);
    const told = value === ZEROS[flag.type] ? '' : ` (default ${flag.type === 'string' ? `"${value}"` : value})`;
    return `${(shown[i] ?? '').padEnd(width)}   ${flag.summary}${told}`;
  });
}

function etcdutlHelp(node: CatalogNode, lang: Lang): string {
  const name = node.path.join(' ');
  const { own, inherited } = flagsOf(node);
  const found = [...node.children.values()].map((child) => ({ name: child.path.at(-1) ?? '', summary: child.summary[lang] }));
  const children = (node.path.length === 1 ? [...found, { name: 'help', summary: HELP[lang] }] : found).sort(byName);
  const width = Math.max(NAME_PADDING, ...children.map((child) => child.name.length));
  const synopsis = SYNOPSES[name];
  return [
    'Usage:', ...(children.length > 0 ? [`  ${name} [command]`] : [`  ${name}${synopsis === undefined ? '' : ` ${synopsis}`}${name === 'etcdutl completion' ? '' : ' [flags]'}`]), '',
    ...(children.length > 0 ? ['Available Commands:', ...children.map((child) => `  ${child.name.padEnd(width)} ${child.summary}`), ''] : []),
    'Flags:', ...etcdutlFlagsText(name, own),
    ...(inherited.length === 0 ? [] : ['', 'Global Flags:', ...etcdutlFlagsText(name, inherited)]),
    ...(children.length > 0 ? ['', `Use "${name} [command] --help" for more information about a command.`] : []),
  ].join('\n');
}

/** What the program itself would print; undefined for other programs. */
export function etcdHelp(node: CatalogNode, lang: Lang): string | undefined {
  if (node.path[0] === 'etcdctl') return etcdctlHelp(node, lang);
  return node.path[0] === 'etcdutl' ? etcdutlHelp(node, lang) : undefined;
}
