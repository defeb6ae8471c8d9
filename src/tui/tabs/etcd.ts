import { columnsOf } from '../../repl/columns.ts';
import type { EtcdLane, EtcdMemberView, EtcdPicture } from '../../repl/session-view.ts';
import { cutLine, flow, seg, type Segment, type StyledLine } from '../styled.ts';
import type { Style } from '../theme.ts';
import type { Words } from '../words.ts';
import { wrapLine } from '../wrap.ts';
import type { Tab, TabRoom } from './tab.ts';

/** The members of etcd: role, term, where each one's log stands, and the messages between them. */
export const etcdTab: Tab = {
  id: 'etcd',
  title: { ko: 'etcd', en: 'etcd' },
  startsAtEnd: false,
  lines: (room) => {
    const picture = room.session.etcd();
    if (picture === undefined) return [[seg(room.words.etcd.none, 'dim')]];
    return [...summary(picture, room), [], ...table(picture, room), [], ...stores(picture, room), [], ...lanes(picture, room)];
  },
  strip: (room) => {
    const picture = room.session.etcd();
    if (picture === undefined) return [[seg(room.words.etcd.none, 'dim')]];
    const rows = [brief(picture, room), ...(room.rows > 4 ? table(picture, room) : []), ...flow(picture.lanes.map(laneItem), room.columns, 0)];
    return rows.slice(0, room.rows);
  },
};

/** The revision that the leader has, or the latest known. */
const revisionOf = ({ members, leader }: EtcdPicture): number =>
  members.find(({ name }) => name === leader)?.revision ?? Math.max(0, ...members.map(({ revision }) => revision));

function facts(picture: EtcdPicture, { etcd }: Words): readonly StyledLine[] {
  const alive = picture.members.filter(({ status }) => status === 'running').length;
  const quorum = Math.floor(picture.members.length / 2) + 1;
  return [
    picture.leader === '' ? [seg(`✗ ${etcd.noLeader}`, 'bad')] : [seg(`★ ${picture.leader}`, 'leader')],
    [seg(`${etcd.term} ${picture.term}`)], [seg(`${etcd.revision} ${revisionOf(picture)}`)], [seg(`${etcd.members} ${alive}/${picture.members.length}`, alive >= quorum ? 'good' : 'bad')],
  ];
}

const summary = (picture: EtcdPicture, { words, columns }: TabRoom): readonly StyledLine[] => flow(facts(picture, words), columns, 0).map((row) => cutLine(row, columns));

/** Wider than any window: everything in one row. */
const WIDE = 10_000;

/** One line for everything. */
function brief(picture: EtcdPicture, room: TabRoom): StyledLine {
  const items = picture.members.map((member): StyledLine => [mark(member), seg(` ${member.name}`, member.name === picture.leader ? 'leader' : 'text'), seg(member.role === '' ? '' : ` ${member.commit}/${member.last}`, 'dim')]);
  return cutLine(flow([...facts(picture, room.words), ...items], WIDE, 0).flat(), room.columns);
}

function mark(member: EtcdMemberView): Segment {
  if (member.status === 'paused') return seg('‖', 'warn');
  if (member.status === 'crashed' || member.role === 'removed') return seg('✗', 'bad');
  return member.role === 'leader' ? seg('★', 'leader') : member.role === 'follower' ? seg('●', 'good') : seg('◐', 'warn');
}

function roleWord({ status, role }: EtcdMemberView, words: Words): string {
  if (status === 'crashed') return words.down;
  if (status === 'paused') return words.paused;
  return role === '' ? '' : words.etcd.roles[role];
}

interface Column { readonly title: string; readonly isNumber: boolean; readonly cell: (member: EtcdMemberView) => Segment }

/** A row for each member; a number that lags behind the furthest one is marked. */
function table({ members }: EtcdPicture, { words, columns }: TabRoom): readonly StyledLine[] {
  const { etcd } = words;
  const most = (pick: (member: EtcdMemberView) => number): number => Math.max(0, ...members.map(pick));
  const number = (title: string, pick: (member: EtcdMemberView) => number): Column => {
    const top = most(pick);
    return { title, isNumber: true, cell: (member) => (member.role === '' ? seg('-', 'dim') : seg(String(pick(member)), pick(member) < top ? 'warn' : 'text')) };
  };
  const all: readonly Column[] = [
    { title: '', isNumber: false, cell: mark }, { title: etcd.member, isNumber: false, cell: ({ name }) => seg(name, 'title') },
    { title: etcd.role, isNumber: false, cell: (member) => seg(roleWord(member, words), member.status === 'running' ? 'text' : 'bad') },
    number(etcd.term, ({ term }) => term), number(etcd.last, ({ last }) => last), number(etcd.commit, ({ commit }) => commit), number(etcd.applied, ({ applied }) => applied),
  ];
  const widths = all.map(({ title, cell }) => Math.max(columnsOf(title), ...members.map((member) => columnsOf(cell(member).text))));
  const roomy = widths.reduce((sum, width) => sum + width + 2, 0) <= columns;
  const row = (cells: readonly Segment[]): StyledLine => cutLine(cells.flatMap((cell, i) => {
    const pad = seg(' '.repeat(Math.max(0, (widths[i] ?? 0) - columnsOf(cell.text))));
    return [...(i > 0 ? [seg(i > 1 && roomy ? '  ' : ' ')] : []), ...(all[i]?.isNumber === true ? [pad, cell] : [cell, pad])];
  }), columns);
  return [row(all.map(({ title }) => seg(title, 'dim'))), ...members.map((member) => row(all.map(({ cell }) => cell(member))))];
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;
function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) { value /= 1000; unit++; }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** Revision and size of each member's file, and alarms. */
function stores({ members }: EtcdPicture, { words, columns }: TabRoom): readonly StyledLine[] {
  const { etcd } = words;
  const alarms = members.flatMap(({ name, alarms: raised }) => raised.map((alarm) => `${name} ${alarm}`));
  const files = members.filter(({ role }) => role !== '').map((member): StyledLine => [seg(`${member.name} `), seg(`${etcd.revision} ${member.revision} ${sizeText(member.dbBytes)}`, 'dim')]);
  const quota = Math.max(0, ...members.map(({ quotaBytes }) => quotaBytes));
  return [
    cutLine([seg(etcd.database(sizeText(quota)), 'dim')], columns), ...flow(files, columns, 2).map((row) => cutLine(row, columns)),
    cutLine([seg(`${etcd.alarms}: `, 'dim'), alarms.length === 0 ? seg(etcd.noAlarms, 'good') : seg(alarms.join(', '), 'bad')], columns),
  ];
}

/** Messages under way, an arrow for each; the same kind on the same way at the same time is one arrow. */
function lanes(picture: EtcdPicture, { words, columns }: TabRoom): readonly StyledLine[] {
  const { etcd } = words;
  if (picture.lanes.length === 0) return wrapLine(etcd.quiet, columns).map(({ text }) => [seg(text, 'dim')]);
  const name = Math.max(...picture.members.map((member) => columnsOf(member.name)));
  return [cutLine([seg(etcd.inFlight(picture.lanes.length), 'dim')], columns), ...picture.lanes.map((lane) => laneLine(lane, name, columns))];
}

/** `999 µs`, `12.5 ms`. */
const TIME_WIDTH = 7;

const laneStyle = (kind: string): Style => (kind.includes('Vote') ? 'warn' : kind.includes('App') ? 'cluster' : 'dim');
const laneLabel = ({ kind, detail }: EtcdLane): string => `${kind.replace(/^Msg/, '')}${detail === '' ? '' : ` ${detail}`}`;
/** A message in few columns. */
const laneItem = (lane: EtcdLane): StyledLine => [seg(`${lane.from}▶${lane.to} `), seg(laneLabel(lane), laneStyle(lane.kind))];

function laneLine(lane: EtcdLane, name: number, columns: number): StyledLine {
  const { from, to, kind, inMicros } = lane;
  const label = laneLabel(lane);
  const time = inMicros < 1000 ? `${inMicros} µs` : `${(inMicros / 1000).toFixed(1)} ms`;
  const shaft = Math.max(1, Math.min(30, columns - 2 * name - TIME_WIDTH - 6) - columnsOf(label));
  return cutLine([
    seg(from.padEnd(name)), seg(' ─', 'dim'), seg(label, laneStyle(kind)), seg(`${'─'.repeat(shaft)}▶ `, 'dim'), seg(to.padEnd(name)), seg(` ${time.padStart(TIME_WIDTH)}`, 'dim'),
  ], columns);
}
