/**
 * What expressions may call and name: CEL's own words come with the library, these are the words of the world.
 *
 * API objects are handed over as they are, without a copy: their whole numbers arrive as CEL doubles, which compare equal to ints; the operators
 * below let the two be mixed in sums.
 *
 * @fidelity simplified: a whole number of an API object divided by another gives a double, where Kubernetes' typed CEL gives an int
 */
import { parseTime } from '../../api/time.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { WorldView } from '../view-contract.ts';

const MICROS_PER_SECOND = 1_000_000;
const KUBE_LEASES = 'kube-node-lease';

/** A function of the world: its CEL signature, a sentence for help, and the look it takes. */
export interface WorldFunction {
  readonly signature: string;
  readonly summary: { readonly ko: string; readonly en: string };
  call(view: WorldView, ...args: readonly string[]): unknown;
}

const orNull = (object: KubeObject | undefined): KubeObject | null => object ?? null;
const plain = <T extends object>(facts: readonly T[]): T[] => [...facts];

/** Everything an expression may call, in the order help shows it. */
export const worldFunctions: readonly WorldFunction[] = [
  { signature: 'pods(): list<dyn>', summary: { ko: '모든 파드', en: 'all pods' }, call: view => view.list('Pod') },
  { signature: 'pods(string): list<dyn>', summary: { ko: '네임스페이스의 파드', en: 'pods of a namespace' }, call: (view, ns) => view.list('Pod', ns) },
  { signature: 'nodes(): list<dyn>', summary: { ko: '모든 노드 오브젝트', en: 'all Node objects' }, call: view => view.list('Node') },
  { signature: 'deployments(string): list<dyn>', summary: { ko: '네임스페이스의 디플로이먼트', en: 'Deployments of a namespace' }, call: (view, ns) => view.list('Deployment', ns) },
  { signature: 'list(string): list<dyn>', summary: { ko: '한 종류의 오브젝트 전부', en: 'all objects of a kind' }, call: (view, kind) => view.list(kind ?? '') },
  { signature: 'list(string, string): list<dyn>', summary: { ko: '네임스페이스에 있는 한 종류의 오브젝트', en: 'objects of a kind in a namespace' }, call: (view, kind, ns) => view.list(kind ?? '', ns) },
  { signature: 'get(string, string): dyn', summary: { ko: '네임스페이스 없는 오브젝트 하나, 없으면 null', en: 'one cluster-wide object, or null' }, call: (view, kind, name) => orNull(view.get(kind ?? '', '', name ?? '')) },
  { signature: 'get(string, string, string): dyn', summary: { ko: '종류, 네임스페이스, 이름으로 오브젝트 하나, 없으면 null', en: 'one object by kind, namespace and name, or null' }, call: (view, kind, ns, name) => orNull(view.get(kind ?? '', ns ?? '', name ?? '')) },
  { signature: 'pod(string, string): dyn', summary: { ko: '파드 하나, 없으면 null', en: 'one pod, or null' }, call: (view, ns, name) => orNull(view.get('Pod', ns ?? '', name ?? '')) },
  { signature: 'node(string): dyn', summary: { ko: '노드 오브젝트 하나, 없으면 null', en: 'one Node object, or null' }, call: (view, name) => orNull(view.get('Node', '', name ?? '')) },
  { signature: 'lease(string, string): dyn', summary: { ko: '리스 하나, 없으면 null', en: 'one Lease, or null' }, call: (view, ns, name) => orNull(view.get('Lease', ns ?? '', name ?? '')) },
  { signature: 'nodeLease(string): dyn', summary: { ko: '노드의 하트비트 리스', en: 'the heartbeat Lease of a node' }, call: (view, name) => orNull(view.get('Lease', KUBE_LEASES, name ?? '')) },
  { signature: 'events(string): list<dyn>', summary: { ko: '네임스페이스의 이벤트 오브젝트', en: 'Event objects of a namespace' }, call: (view, ns) => view.list('Event', ns) },
  { signature: 'cri(string): list<dyn>', summary: { ko: '머신의 런타임이 아는 컨테이너', en: 'containers the runtime of a machine knows' }, call: (view, node) => plain(view.cri(node ?? '')) },
  { signature: 'rules(string): list<dyn>', summary: { ko: '머신의 커널 규칙', en: 'kernel rules of a machine' }, call: (view, node) => [...view.rules(node ?? '')] },
  { signature: 'processes(): list<dyn>', summary: { ko: '모든 프로세스', en: 'all processes' }, call: view => plain(view.processes()) },
  { signature: 'process(string): dyn', summary: { ko: '`cp-1/etcd`처럼 적는 프로세스 하나, 없으면 null', en: 'one process such as `cp-1/etcd`, or null' }, call: (view, id) => view.processes().find(process => process.id === id) ?? null },
  { signature: 'notes(string): list<dyn>', summary: { ko: '추적 기록에서 한 종류의 줄', en: 'trace notes of one type' }, call: (view, type) => plain(view.notes(type)) },
  { signature: 'secondsSince(string): double', summary: { ko: '그 시각부터 지난 초', en: 'seconds since a time' }, call: (view, time) => secondsSince(view, time ?? '') },
];

/** Seconds of virtual time since an API time text; 0 for a text that is no time. */
export function secondsSince(view: WorldView, time: string): number {
  const at = parseTime(time);
  return at === undefined ? 0 : (view.now - at) / MICROS_PER_SECOND;
}

/** Variables of every expression with their CEL types. */
export const worldVariables: readonly { readonly name: string; readonly type: string; readonly summary: { readonly ko: string; readonly en: string } }[] = [
  { name: 'etcd', type: 'map', summary: { ko: 'etcd의 리더, 임기, 리비전, 멤버', en: 'leader, term, revision and members of etcd' } },
  { name: 'now', type: 'double', summary: { ko: '시작부터 지난 가상 시간(초)', en: 'virtual seconds since the start' } },
  { name: 'since', type: 'double', summary: { ko: '이 단계가 시작된 뒤 지난 초', en: 'virtual seconds since this step began' } },
  { name: 'typed', type: 'list<string>', summary: { ko: '이 단계에서 입력한 줄', en: 'lines typed in this step' } },
  { name: 'lines', type: 'list<dyn>', summary: { ko: '이 단계에서 입력한 줄과 결과(line, exit, stdout, stderr)', en: 'lines of this step with line, exit, stdout, stderr' } },
  { name: 'answer', type: 'string', summary: { ko: '지금 적은 답', en: 'the answer given just now' } },
];

type Num = number | bigint;
const sum = (a: Num, b: Num): number => Number(a) + Number(b);
const difference = (a: Num, b: Num): number => Number(a) - Number(b);
const product = (a: Num, b: Num): number => Number(a) * Number(b);
const quotient = (a: Num, b: Num): number => Number(a) / Number(b);
const remainder = (a: Num, b: Num): number => Number(a) % Number(b);

const equal = (a: Num, b: Num): boolean => Number(a) === Number(b);

/** Sums and equality of API numbers (doubles) and literals (ints). */
export const mixedOperators: readonly { readonly signature: string; readonly apply: (a: Num, b: Num) => number | boolean }[] = [
  // The library adds the other order and `!=` by itself.
  { signature: 'double == int: bool', apply: equal },
  { signature: 'double + int: double', apply: sum }, { signature: 'int + double: double', apply: sum },
  { signature: 'double - int: double', apply: difference }, { signature: 'int - double: double', apply: difference },
  { signature: 'double * int: double', apply: product }, { signature: 'int * double: double', apply: product },
  { signature: 'double / int: double', apply: quotient }, { signature: 'int / double: double', apply: quotient },
  { signature: 'double % int: double', apply: remainder }, { signature: 'double % double: double', apply: remainder },
];
