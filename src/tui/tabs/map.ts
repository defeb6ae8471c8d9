import { columnsOf } from '../../repl/columns.ts';
import type { MapComponent, MapNode, MapPod } from '../../repl/session-view.ts';
import { cutLine, flow, seg, type Segment, type StyledLine } from '../styled.ts';
import type { Style } from '../theme.ts';
import type { Words } from '../words.ts';
import { latestEvent } from './events.ts';
import type { Tab, TabRoom } from './tab.ts';

/** How much of each node the map tells: a row for each pod, a mark for each pod, or a count. */
type Detail = 'pods' | 'marks' | 'counts';
/** Rows of pod marks one node may take. */
const MARK_ROWS_MAX = 2;
/** Pods listed by name under one node before the rest is counted. */
const PODS_LISTED_MAX = 50;

/** The cluster as it stands: nodes, the processes on them, and their pods. Marks carry the meaning; colour only repeats it. */
export const mapTab: Tab = {
  id: 'map',
  title: { ko: '지도', en: 'Map' },
  startsAtEnd: false,
  lines: (room) => {
    const nodes = room.session.map();
    if (nodes.length === 0) return [[seg(room.words.noNodes, 'dim')]];
    for (const detail of ['pods', 'marks'] as const) {
      const height = nodes.reduce((sum, node) => sum + nodeHeight(node, detail, room), 0);
      if (height <= room.rows) return nodes.flatMap((node) => nodeLines(node, detail, room));
    }
    return [summary(nodes, room.words), ...troubleFirst(nodes).flatMap((node) => nodeLines(node, 'counts', room))];
  },
  strip: (room) => {
    const rows = stripNodes(room.session.map(), room);
    return room.rows > 1 ? [...rows.slice(0, room.rows - 1), latestEvent(room)] : rows.slice(0, 1);
  },
};

function isTroubled(node: MapNode): boolean {
  return !node.up || node.ready === 'False' || node.ready === 'Unknown' || node.components.some((component) => component.status !== 'running');
}

/** Too many nodes to see at once: the ones in trouble come first. */
function troubleFirst(nodes: readonly MapNode[]): readonly MapNode[] {
  return [...nodes.filter(isTroubled), ...nodes.filter((node) => !isTroubled(node))];
}

function summary(nodes: readonly MapNode[], words: Words): StyledLine {
  const good = nodes.filter((node) => !isTroubled(node)).length;
  const pods = nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const ready = nodes.reduce((sum, node) => sum + readyPods(node), 0);
  return [seg(`${words.nodes} ${good}/${nodes.length}`, good === nodes.length ? 'good' : 'bad'), seg(`  ${words.pods} ${ready}/${pods}`)];
}

/** An upper bound of the rows a node takes, without building them. */
function nodeHeight(node: MapNode, detail: Detail, room: TabRoom): number {
  const components = Math.ceil(node.components.reduce((sum, each) => sum + each.name.length + 6, 0) / Math.max(1, room.columns - 2));
  if (detail === 'marks') return 1 + components + Math.min(1, node.pods.length);
  return 1 + components + Math.min(node.pods.length, PODS_LISTED_MAX + 1);
}

function nodeLines(node: MapNode, detail: Detail, room: TabRoom): readonly StyledLine[] {
  const lines = [nodeHead(node, room)];
  if (detail === 'counts') {
    const broken = node.components.filter((component) => component.status !== 'running');
    return [...lines, ...flow(broken.map(componentItem), room.columns, 2)];
  }
  lines.push(...flow(node.components.map(componentItem), room.columns, 2));
  return [...lines, ...(detail === 'pods' ? podRows(node.pods, room) : podMarks(node.pods, room))];
}

/** The name, the role, how many pods are ready, and at the right edge the state. */
function nodeHead(node: MapNode, room: TabRoom): StyledLine {
  const state = nodeState(node, room.words);
  const left: Segment[] = [seg(node.name, 'title')];
  if (node.role === 'control-plane') left.push(seg(' control-plane', 'dim'));
  if (node.pods.length > 0) left.push(seg(`  ${room.words.pods} ${readyPods(node)}/${node.pods.length}`, 'dim'));
  const shown = cutLine(left, room.columns - columnsOf(state.text) - 1);
  const used = shown.reduce((sum, segment) => sum + columnsOf(segment.text), 0);
  return [...shown, seg(' '.repeat(Math.max(1, room.columns - used - columnsOf(state.text)))), state];
}

function readyPods(node: MapNode): number {
  return node.pods.reduce((sum, pod) => sum + (pod.ready ? 1 : 0), 0);
}

function nodeState(node: MapNode, words: Words): Segment {
  if (!node.up) return seg(`✗ ${words.down}`, 'bad');
  switch (node.ready) {
    case 'True': return seg('● Ready', 'good');
    case 'False': return seg('✗ NotReady', 'bad');
    case 'Unknown': return seg('? Unknown', 'warn');
    case '': return seg('● up', 'good');
  }
}

function componentItem(component: MapComponent): StyledLine {
  const mark = component.status === 'running' ? seg('●', 'good') : component.status === 'paused' ? seg('‖', 'warn') : seg('✗', 'bad');
  const leader = component.leader ? [seg('★', 'leader')] : [];
  return [mark, seg(' '), seg(component.name, component.status === 'running' ? 'text' : 'bad'), ...leader];
}

/** Words of the STATUS column that mean waiting, being done, and going away; the rest of the not-ready ones are faults. */
const WAITING = /^(?:Pending|ContainerCreating|PodInitializing|Init:\d|SchedulingGated)/;
const DONE = /^(?:Succeeded|Completed)$/;

/** The mark of a pod: ● ready, ◐ running but not ready, ○ waiting, ✓ done, ◌ terminating, ✗ failing. */
function podMark(pod: MapPod): Segment {
  const style = podStyle(pod);
  if (pod.status === 'Terminating') return seg('◌', style);
  if (pod.ready) return seg('●', style);
  if (DONE.test(pod.status)) return seg('✓', style);
  if (WAITING.test(pod.status)) return seg('○', style);
  return seg(pod.status === 'Running' ? '◐' : '✗', style);
}

function podStyle(pod: MapPod): Style {
  if (pod.status === 'Terminating' || DONE.test(pod.status)) return 'dim';
  if (pod.ready) return 'good';
  return WAITING.test(pod.status) || pod.status === 'Running' ? 'warn' : 'bad';
}

/** A row for each pod: mark, name (with its namespace unless `default`), status in one column. */
function podRows(pods: readonly MapPod[], room: TabRoom): readonly StyledLine[] {
  const shown = pods.slice(0, PODS_LISTED_MAX);
  const names = shown.map((pod) => (pod.namespace === 'default' ? pod.name : `${pod.namespace}/${pod.name}`));
  const widest = names.reduce((most, name) => Math.max(most, columnsOf(name)), 0);
  const statusWidth = shown.reduce((most, pod) => Math.max(most, columnsOf(pod.status)), 0);
  const nameWidth = Math.min(widest, Math.max(8, room.columns - 6 - statusWidth));
  const rows = shown.map((pod, i): StyledLine => {
    const name = cutLine([seg(names[i] ?? '')], nameWidth);
    const used = name.reduce((sum, segment) => sum + columnsOf(segment.text), 0);
    return cutLine([seg('  '), podMark(pod), seg(' '), ...name, seg(' '.repeat(nameWidth - used + 2)), seg(pod.status, podStyle(pod))], room.columns);
  });
  return pods.length > shown.length ? [...rows, [seg(`  ${room.words.more(pods.length - shown.length)}`, 'dim')]] : rows;
}

/** A mark for each pod, failing ones first, in at most two rows. */
function podMarks(pods: readonly MapPod[], room: TabRoom): readonly StyledLine[] {
  if (pods.length === 0) return [];
  const fit = (room.columns - 14) * MARK_ROWS_MAX;
  const order: readonly Style[] = ['bad', 'warn', 'dim', 'good'];
  const sorted = order.flatMap((style) => pods.filter((pod) => podStyle(pod) === style));
  const marks = sorted.slice(0, Math.max(1, fit)).map(podMark);
  const perRow = Math.max(1, room.columns - 2);
  const rows: StyledLine[] = [];
  for (let i = 0; i < marks.length; i += perRow) rows.push([seg('  '), ...marks.slice(i, i + perRow)]);
  const rest = pods.length - marks.length;
  return rest > 0 ? [...rows.slice(0, -1), [...(rows.at(-1) ?? []), seg(` +${rest}`, 'dim')]] : rows;
}

/** The nodes side by side, as many as fit; what is wrong stands first in a node's item. */
function stripNodes(nodes: readonly MapNode[], room: TabRoom): readonly StyledLine[] {
  if (nodes.length === 0) return [[seg(room.words.noNodes, 'dim')]];
  const rows = flow(nodes.map((node) => stripNode(node, room.words)), room.columns, 0);
  const fits = Math.max(1, room.rows - 1);
  if (rows.length <= fits) return rows;
  const brief = flow(nodes.map((node) => stripBrief(node)), room.columns, 0);
  if (brief.length <= fits) return brief;
  return [cutLine([...summary(nodes, room.words), ...nodes.filter(isTroubled).flatMap((node) => [seg('  '), ...stripBrief(node)])], room.columns)];
}

function stripBrief(node: MapNode): StyledLine {
  const state = nodeMark(node);
  return [state, seg(' '), seg(node.name, node.role === 'control-plane' ? 'title' : 'text')];
}

function nodeMark(node: MapNode): Segment {
  if (!node.up || node.ready === 'False') return seg('✗', 'bad');
  return node.ready === 'Unknown' ? seg('?', 'warn') : seg('●', 'good');
}

function stripNode(node: MapNode, words: Words): StyledLine {
  const leads = node.components.filter((component) => component.leader).map((component) => seg(` ${shortName(component.name)}★`, 'leader'));
  const broken = node.components.filter((component) => component.status !== 'running')
    .map((component) => seg(` ${shortName(component.name)}${component.status === 'paused' ? '‖' : '✗'}`, 'bad'));
  const pods = node.pods.length > 0 ? [seg(` ${words.pods} ${readyPods(node)}/${node.pods.length}`, 'dim')] : [];
  return [...stripBrief(node), ...leads, ...broken, ...pods];
}

/** Component names without their common prefix, where a line is short: `kube-scheduler` → `scheduler`. */
function shortName(name: string): string {
  return name.replace(/^kube-(?!proxy)/, '').replace('controller-manager', 'kcm');
}
