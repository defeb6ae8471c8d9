/**
 * What a cluster is made of: machines, their parts, and the presets by name.
 */
import type { Result } from '../base/data.ts';
import type { Lang, Text } from '../base/text.ts';
import { optionalAddons } from '../addons/registry.ts';

export interface TaintSpec { readonly key: string; readonly value?: string; readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' }

/** One simulated machine. */
export interface Machine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker' | 'etcd';
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly TaintSpec[];
  /** Amounts as texts: cpu, memory, pods, ephemeral-storage … */
  readonly capacity: Readonly<Record<string, string>>;
  /** What pods may use; absent = the kubelet reserves from the capacity. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly zone: string;
  /** Images already there. */
  readonly images: readonly string[];
  /** false = a Node object without a kubelet, declared ready (as fake-node tools do). */
  readonly kubelet: boolean;
}

export interface Topology {
  readonly name: string;
  readonly machines: readonly Machine[];
  /** With a simulated cloud provider and cloud-controller-manager. */
  readonly cloud: boolean;
  /** Add-ons beside the usual ones. */
  readonly addons?: readonly string[];
}

/** Machines of one topology; the scale Kubernetes is tested at, and some more. @source kubernetes/community sig-scalability thresholds.md */
const MACHINES_MAX = 10_000;

/** A common small server. */
const CAPACITY: Readonly<Record<string, string>> = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi', pods: '110' };
const ZONES = ['zone-a', 'zone-b', 'zone-c'] as const;

function machine(name: string, role: Machine['role'], address: string, zone = ''): Machine {
  const taints: readonly TaintSpec[] = role === 'control-plane' ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] : [];
  return { name, role, address, labels: {}, taints, capacity: CAPACITY, zone, images: [], kubelet: role !== 'etcd' };
}

function counted(name: string, controlPlanes: number, workers: number, options: { readonly cloud?: boolean } = {}): Topology {
  const zone = (i: number): string => (options.cloud === true ? ZONES[i % ZONES.length] ?? '' : '');
  return {
    name, cloud: options.cloud === true,
    machines: [
      ...Array.from({ length: controlPlanes }, (_, i) => machine(`cp-${i + 1}`, 'control-plane', addressOf(11 + i), zone(i))),
      ...Array.from({ length: workers }, (_, i) => machine(`worker-${i + 1}`, 'worker', addressOf(21 + i), zone(i))),
    ],
  };
}

/** The n-th address of 10.0.0.0/16: `10.0.0.n`, going on in `10.0.1.…`. */
function addressOf(n: number): string {
  return `10.0.${n >> 8}.${n & 255}`;
}

/** Clusters by name. */
export const presets: Readonly<Record<string, Topology>> = {
  tiny: counted('tiny', 1, 1),
  default: counted('default', 1, 2),
  ha: counted('ha', 3, 3),
  cloud: counted('cloud', 3, 3, { cloud: true }),
  etcd: { name: 'etcd', cloud: false, machines: [1, 2, 3].map(i => machine(`cp-${i}`, 'etcd', addressOf(10 + i))) },
};

/** Reads a topology from a YAML file's data: every problem, each naming its place and what was expected. */
export function parseTopology(data: unknown, lang: Lang = 'en'): Result<Topology, readonly string[]> {
  const problems: Text[] = [];
  const root = record(data, '', problems);
  if (root === undefined) return { ok: false, error: inLang(problems, lang) };
  known(root, ['name', 'controlPlanes', 'workers', 'cloud', 'addons', 'nodes'], '', problems);
  const base = counted(text(root['name'], 'name', 'custom', problems), count(root['controlPlanes'], 'controlPlanes', 1, problems), count(root['workers'], 'workers', 0, problems), { cloud: root['cloud'] === true });
  if (root['cloud'] !== undefined && typeof root['cloud'] !== 'boolean') problems.push({ ko: 'cloud: true나 false가 와야 해요.', en: 'cloud: expected true or false' });
  const machines = [...base.machines];
  const addons = list(root['addons'] ?? [], 'addons', problems);
  for (const name of addons) if (!optionalAddons.includes(name)) problems.push({ ko: `addons: ${optionalAddons.join(', ')} 가운데 하나가 와야 하는데 "${name}" 값이 있어요.`, en: `addons: expected one of ${optionalAddons.join(', ')}, found "${name}"` });
  const nodes = root['nodes'];
  if (nodes !== undefined && !Array.isArray(nodes)) problems.push({ ko: 'nodes: 노드의 목록이 와야 해요.', en: 'nodes: expected a list of nodes' });
  (Array.isArray(nodes) ? nodes : []).forEach((node, i) => { machines.push(...parseNode(node, `nodes[${i}]`, machines.length, problems)); });
  check(machines, problems);
  return problems.length > 0 ? { ok: false, error: inLang(problems, lang) } : { ok: true, value: { ...base, machines, ...(addons.length > 0 ? { addons } : {}) } };
}

type Fields = Readonly<Record<string, unknown>>;

function parseNode(data: unknown, path: string, taken: number, problems: Text[]): readonly Machine[] {
  const node = record(data, path, problems);
  if (node === undefined) return [];
  known(node, ['name', 'count', 'role', 'labels', 'taints', 'capacity', 'allocatable', 'zone', 'images', 'kubelet'], path, problems);
  const role = node['role'] ?? 'worker';
  if (role !== 'worker' && role !== 'control-plane') problems.push({ ko: `${path}.role: worker나 control-plane이 와야 하는데 ${shown(role).ko}.`, en: `${path}.role: expected worker or control-plane, found ${shown(role).en}` });
  const copies = count(node['count'], `${path}.count`, 1, problems);
  const name = text(node['name'], `${path}.name`, '', problems);
  if (name === '') problems.push({ ko: `${path}.name: 이름이 와야 해요. count를 쓰면 이름 속 {n}이 번호가 돼요.`, en: `${path}.name: expected a name; with count, {n} in it is the number` });
  if (copies > 1 && !name.includes('{n}')) problems.push({ ko: `${path}.name: count가 ${copies}이면 이름에 {n}이 있어야 해요. 예: "${name === '' ? 'node' : name}-{n}"`, en: `${path}.name: with count ${copies} the name needs {n} in it, for example "${name === '' ? 'node' : name}-{n}"` });
  const allocatable = node['allocatable'] === undefined ? undefined : texts(node['allocatable'], `${path}.allocatable`, problems);
  const common = {
    role: role === 'control-plane' ? 'control-plane' as const : 'worker' as const,
    labels: texts(node['labels'] ?? {}, `${path}.labels`, problems), taints: parseTaints(node['taints'] ?? [], `${path}.taints`, problems),
    capacity: { ...CAPACITY, ...texts(node['capacity'] ?? allocatable ?? {}, `${path}.capacity`, problems) },
    ...(allocatable !== undefined ? { allocatable: { pods: '110', ...allocatable } } : {}),
    zone: text(node['zone'], `${path}.zone`, '', problems), images: list(node['images'] ?? [], `${path}.images`, problems), kubelet: node['kubelet'] !== false,
  };
  if (node['kubelet'] !== undefined && typeof node['kubelet'] !== 'boolean') problems.push({ ko: `${path}.kubelet: true나 false가 와야 해요.`, en: `${path}.kubelet: expected true or false` });
  return Array.from({ length: Math.min(copies, MACHINES_MAX) }, (_, i) => ({ name: name.replaceAll('{n}', String(i + 1)), address: addressOf(40 + taken + i), ...common }));
}

function parseTaints(data: unknown, path: string, problems: Text[]): readonly TaintSpec[] {
  if (!Array.isArray(data)) { problems.push({ ko: `${path}: { key, value, effect } 목록이 와야 해요.`, en: `${path}: expected a list of { key, value, effect }` }); return []; }
  return data.flatMap((item, i) => {
    const taint = record(item, `${path}[${i}]`, problems);
    if (taint === undefined) return [];
    const effect = taint['effect'];
    if (effect !== 'NoSchedule' && effect !== 'PreferNoSchedule' && effect !== 'NoExecute') {
      problems.push({ ko: `${path}[${i}].effect: NoSchedule, PreferNoSchedule, NoExecute 가운데 하나가 와야 하는데 ${shown(effect).ko}.`, en: `${path}[${i}].effect: expected NoSchedule, PreferNoSchedule or NoExecute, found ${shown(effect).en}` });
      return [];
    }
    return [{ key: text(taint['key'], `${path}[${i}].key`, '', problems), value: text(taint['value'], `${path}[${i}].value`, '', problems), effect }];
  });
}

function check(machines: readonly Machine[], problems: Text[]): void {
  if (machines.length > MACHINES_MAX) problems.push({ ko: `nodes: 머신이 ${machines.length}대예요. ${MACHINES_MAX}대까지 돼요.`, en: `nodes: ${machines.length} machines are more than ${MACHINES_MAX}` });
  if (!machines.some(({ role }) => role === 'control-plane')) problems.push({ ko: 'controlPlanes: 컨트롤 플레인 머신이 한 대는 있어야 해요.', en: 'controlPlanes: expected at least one control-plane machine' });
  const seen = new Set<string>();
  for (const { name } of machines) {
    if (seen.has(name)) problems.push({ ko: `nodes: "${name}" 이름을 두 번 썼어요.`, en: `nodes: the name "${name}" is used twice` });
    if (name !== '' && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) problems.push({ ko: `nodes: "${name}" 이름은 노드에 쓸 수 없어요. 소문자, 숫자, "-", "."만 써 주세요.`, en: `nodes: "${name}" is not a node name (lower-case letters, digits, "-" and ".")` });
    seen.add(name);
  }
}

function record(data: unknown, path: string, problems: Text[]): Fields | undefined {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Fields;
  problems.push({ ko: `${path === '' ? 'topology' : path}: 맵이 와야 하는데 ${shown(data).ko}.`, en: `${path === '' ? 'topology' : path}: expected fields, found ${shown(data).en}` });
  return undefined;
}

function known(fields: Fields, names: readonly string[], path: string, problems: Text[]): void {
  for (const name of Object.keys(fields)) {
    if (!names.includes(name)) problems.push({ ko: `${path === '' ? '' : `${path}.`}${name}: 여기서 쓰지 않는 항목이에요. 쓸 수 있는 항목: ${names.join(', ')}`, en: `${path === '' ? '' : `${path}.`}${name}: unknown field; expected one of ${names.join(', ')}` });
  }
}

function count(data: unknown, path: string, otherwise: number, problems: Text[]): number {
  if (data === undefined) return otherwise;
  if (typeof data === 'number' && Number.isInteger(data) && data >= 0 && data <= MACHINES_MAX) return data;
  problems.push({ ko: `${path}: 0부터 ${MACHINES_MAX}까지의 정수가 와야 하는데 ${shown(data).ko}.`, en: `${path}: expected a whole number from 0 to ${MACHINES_MAX}, found ${shown(data).en}` });
  return otherwise;
}

function text(data: unknown, path: string, otherwise: string, problems: Text[]): string {
  if (data === undefined) return otherwise;
  if (typeof data === 'string') return data;
  problems.push({ ko: `${path}: 텍스트가 와야 하는데 ${shown(data).ko}.`, en: `${path}: expected a text, found ${shown(data).en}` });
  return otherwise;
}

function texts(data: unknown, path: string, problems: Text[]): Readonly<Record<string, string>> {
  const fields = record(data, path, problems) ?? {};
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string' || typeof value === 'number') out[name] = String(value);
    else problems.push({ ko: `${path}.${name}: 텍스트가 와야 하는데 ${shown(value).ko}.`, en: `${path}.${name}: expected a text, found ${shown(value).en}` });
  }
  return out;
}

function list(data: unknown, path: string, problems: Text[]): readonly string[] {
  if (Array.isArray(data) && data.every(item => typeof item === 'string')) return data as string[];
  problems.push({ ko: `${path}: 텍스트의 목록이 와야 해요.`, en: `${path}: expected a list of texts` });
  return [];
}

function shown(data: unknown): Text {
  if (data === undefined || data === null) return { ko: '비어 있어요', en: 'nothing' };
  if (Array.isArray(data)) return { ko: '목록이 있어요', en: 'a list' };
  return typeof data === 'object' ? { ko: '맵이 있어요', en: 'fields' } : { ko: `"${String(data)}" 값이 있어요`, en: `"${String(data)}"` };
}

/** Each problem once: a name that is used three times is one mistake. */
const inLang = (problems: readonly Text[], lang: Lang): readonly string[] => [...new Set(problems.map(problem => problem[lang]))];
