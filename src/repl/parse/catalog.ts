/**
 * The words that begin a command, as a tree, with the flags that may follow: made from the registries, so a new command brings
 * its flags and summaries along.
 *
 *     kubectl ─ rollout ─ status { --watch --timeout … }
 *             └ get { -o --output … }
 */
import { crictlFlags, etcdctlFlags, etcdutlFlags, kubectlFlags } from '../../kubectl/flags.ts';
import type { Command, Flag } from '../../kubectl/command.ts';
import { commands } from '../../kubectl/registry.ts';
import { sessionCommands } from '../commands/registry.ts';
import { filterCommands } from '../filters.ts';
import { KOREAN } from './summaries.ko.ts';

/** One word of a command path. */
export interface CatalogNode {
  readonly path: readonly string[];
  readonly children: Map<string, CatalogNode>;
  /** Other spellings of the children: `deploy` → `deployment`. */
  readonly aliases: Map<string, string>;
  command?: Pick<Command, 'flags' | 'path'>;
  summary: { readonly ko: string; readonly en: string };
  /** Flags that may follow, by `--long` and `-s`; filled at the first look. */
  flags: ReadonlyMap<string, Flag> | undefined;
}

/** Spellings beside the canonical ones, by the words before them. */
const ALIASES: readonly (readonly [path: string, alias: string, canonical: string])[] = [
  ['', 'k', 'kubectl'], ['', 'exit', 'quit'], ['', '?', 'help'],
  ['kubectl create', 'deploy', 'deployment'], ['kubectl create', 'ns', 'namespace'], ['kubectl create', 'cm', 'configmap'],
  ['kubectl create', 'sa', 'serviceaccount'], ['kubectl create', 'svc', 'service'], ['kubectl create', 'pc', 'priorityclass'], ['kubectl create', 'pdb', 'poddisruptionbudget'],
  ['kubectl create', 'resourcequota', 'quota'], ['kubectl create', 'cj', 'cronjob'], ['kubectl create', 'ing', 'ingress'], ['kubectl config', 'use', 'use-context'],
  ['kubectl set', 'sa', 'serviceaccount'],
  ['kubectl top', 'nodes', 'node'], ['kubectl top', 'no', 'node'], ['kubectl top', 'pods', 'pod'], ['kubectl top', 'po', 'pod'],
];
/** What the programs are, for the completion of the first word. */
const PROGRAMS: Readonly<Record<string, { readonly ko: string; readonly en: string; readonly flags: readonly Flag[] }>> = {
  kubectl: { ko: '쿠버네티스 API에 요청을 보내요', en: 'talks to the Kubernetes API', flags: kubectlFlags },
  etcdctl: { ko: 'etcd에 직접 물어봐요', en: 'talks to etcd itself', flags: etcdctlFlags },
  etcdutl: { ko: 'etcd의 스냅샷 파일을 다뤄요', en: 'works on snapshot files of etcd', flags: etcdutlFlags },
  crictl: { ko: '노드의 컨테이너 런타임에 물어봐요', en: 'talks to the container runtime of a node', flags: crictlFlags },
  ls: { ko: '머신의 파일을 보여 줘요', en: 'shows files of a machine', flags: [] },
  mv: { ko: '머신의 파일이나 디렉터리를 옮겨요', en: 'moves a file or directory of a machine', flags: [] },
  rm: { ko: '머신의 파일이나 디렉터리를 지워요', en: 'removes files and directories of a machine', flags: [] },
  scp: { ko: '파일을 다른 머신으로 복사해요', en: 'copies a file to another machine', flags: [] },
  curl: { ko: 'API 서버나 etcd 멤버에 HTTP로 물어봐요', en: 'asks the API server or a member of etcd over HTTP', flags: [] },
  on: { ko: '명령을 어느 노드에서 돌릴지 골라요: on NODE: 명령', en: 'runs a command on a node: on NODE: COMMAND', flags: [] },
  ssh: { ko: '명령을 어느 노드에서 돌릴지 골라요: ssh NODE 명령', en: 'runs a command on a node: ssh NODE COMMAND', flags: [] },
};

/** Words that only lead to commands. */
const GROUPS: Readonly<Record<string, CatalogNode['summary']>> = {
  'kubectl rollout': { ko: '롤아웃을 따라가고 되돌리고 멈춰요', en: 'follow, undo and hold rollouts' },
  'kubectl set': { ko: '오브젝트의 한 부분을 바꿔요', en: 'change one part of objects' },
  'kubectl config': { ko: 'kubeconfig를 보고 고쳐요', en: 'show and change the kubeconfig' },
  'kubectl certificate': { ko: '인증서 요청을 받아들이거나 물리쳐요', en: 'decide on requests for certificates' },
  'kubectl top': { ko: 'CPU와 메모리를 얼마나 쓰는지 봐요', en: 'show how much CPU and memory is used' },
  'kubectl auth': { ko: '누구인지, 무엇을 할 수 있는지 물어요', en: 'ask who you are and what you may do' },
  'kubectl alpha': { ko: '아직 바뀔 수 있는 명령이에요', en: 'commands that may still change' },
  'kubectl alpha kuberc': { ko: 'kubectl의 버릇을 적은 파일을 다뤄요', en: 'the file with preferences of kubectl' },
  'kubectl plugin': { ko: 'kubectl에 더한 프로그램을 봐요', en: 'programs that extend kubectl' },
  'kubectl create secret': { ko: '시크릿을 만들어요', en: 'create a secret of some kind' },
  'kubectl create service': { ko: '서비스를 만들어요', en: 'create a service of some kind' },
  'etcdctl lease': { ko: '리스를 만들고 늘리고 끝내요', en: 'grants, renews and ends leases' },
  'etcdctl member': { ko: '멤버를 보고 더하고 빼요', en: 'shows, adds and removes members' },
  'etcdctl endpoint': { ko: '멤버마다 따로 물어봐요', en: 'asks each member by itself' },
  'etcdctl alarm': { ko: '경보를 보고 꺼요', en: 'shows and disarms alarms' },
  'etcdctl snapshot': { ko: '모든 것을 파일로 떠요', en: 'saves everything in a file' },
  'etcdctl check': { ko: '클러스터가 잘 버티는지 재요', en: 'measures how the cluster holds up' },
  'etcdctl user': { ko: '사용자를 다뤄요', en: 'users' },
  'etcdctl role': { ko: '역할과 권한을 다뤄요', en: 'roles and what they may do' },
  'etcdctl auth': { ko: '인증을 켜고 꺼요', en: 'turns authentication on and off' },
  'etcdctl downgrade': { ko: '한 단계 낮은 버전으로 돌아가요', en: 'goes back to the version before' },
  'etcdutl snapshot': { ko: '스냅샷 파일을 살피고 되살려요', en: 'looks at snapshot files and restores them' },
};

function newNode(path: readonly string[]): CatalogNode {
  return { path, children: new Map(), aliases: new Map(), summary: { ko: '', en: '' }, flags: undefined };
}

function add(root: CatalogNode, command: Pick<Command, 'flags' | 'path'>, summary: CatalogNode['summary']): void {
  let node = root;
  for (const word of command.path) {
    const child = node.children.get(word) ?? newNode([...node.path, word]);
    node.children.set(word, child);
    node = child;
  }
  node.command = command;
  node.summary = summary;
}

function build(): { readonly commands: CatalogNode; readonly filters: CatalogNode } {
  const root = newNode([]);
  for (const command of commands) add(root, command, { ko: KOREAN[command.path.join(' ')] ?? command.summary, en: command.summary });
  for (const command of sessionCommands) add(root, { path: command.path, flags: [] }, command.summary);
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const node = root.children.get(name) ?? newNode([name]);
    root.children.set(name, node);
    node.summary = program;
  }
  for (const [path, summary] of Object.entries(GROUPS)) {
    const node = nodeAt(root, path.split(' '));
    if (node !== undefined) node.summary = summary;
  }
  for (const [path, alias, canonical] of ALIASES) nodeAt(root, path === '' ? [] : path.split(' '))?.aliases.set(alias, canonical);
  for (const program of ['etcdctl', 'etcdutl']) shorten(nodeAt(root, [program]));
  const filters = newNode([]);
  for (const command of filterCommands) add(filters, command, command.summary);
  return { commands: root, filters };
}

/** The programs of etcd take the beginning of a word for the word where no other begins so. @source etcd-io/etcd etcdctl/ctlv3/ctl.go (EnablePrefixMatching) */
function shorten(node: CatalogNode | undefined): void {
  if (node === undefined) return;
  const words = [...node.children.keys(), ...(node.path.length === 1 ? ['help'] : [])];
  for (const word of node.children.keys()) {
    for (let length = word.length - 1; length > 0; length--) {
      const beginning = word.slice(0, length);
      if (words.filter((one) => one.startsWith(beginning)).length > 1) break;
      node.aliases.set(beginning, word);
    }
    shorten(node.children.get(word));
  }
}

let made: ReturnType<typeof build> | undefined;
/** The tree of commands, and the tree of filters after `|`. */
export function catalog(): ReturnType<typeof build> {
  made ??= build();
  return made;
}

function nodeAt(root: CatalogNode, path: readonly string[]): CatalogNode | undefined {
  let node: CatalogNode | undefined = root;
  for (const word of path) node = node?.children.get(word);
  return node;
}

/** The node of a path of canonical words. */
export function findNode(path: readonly string[]): CatalogNode | undefined {
  return nodeAt(catalog().commands, path) ?? nodeAt(catalog().filters, path);
}

/** Flags that may follow the words of a node: its own, those of the commands below it, and its program's. */
export function flagsOf(node: CatalogNode): ReadonlyMap<string, Flag> {
  if (node.flags !== undefined) return node.flags;
  const table = new Map<string, Flag>();
  const program = PROGRAMS[node.path[0] ?? ''];
  for (const flag of program?.flags ?? []) addFlag(table, flag);
  for (const child of node.children.values()) for (const flag of flagsOf(child).values()) addFlag(table, flag);
  for (const flag of node.command?.flags ?? []) addFlag(table, flag);
  node.flags = table;
  return table;
}

function addFlag(table: Map<string, Flag>, flag: Flag): void {
  table.set(`--${flag.name}`, flag);
  if (flag.short !== undefined) table.set(`-${flag.short}`, flag);
}
