import t from 'tap';
import { components } from '../../src/lessons/components.ts';
import { explain, recentEvents, topics } from '../../src/lessons/explain.ts';
import { glossary } from '../../src/lessons/glossary.ts';
import { josa, knownEnding, particleAfter } from '../../src/lessons/josa.ts';
import { lintText } from '../../src/lessons/lint.ts';
import { misconceptions } from '../../src/lessons/misconceptions.ts';
import { eventPatterns } from '../../src/lessons/patterns.ts';
import { phrases } from '../../src/lessons/phrases.ts';
import { bytesText, fillText, secondsText, slots } from '../../src/lessons/template.ts';
import { narrate, newTutor, noteText, patternOf, type NarrateOptions, type TutorNote } from '../../src/lessons/tutor.ts';

t.test('particles follow the last sound of the word', t => {
  const cases: readonly [word: string, particle: string, want: string][] = [
    ['kubelet', '이', 'kubelet이'], ['etcd', '이', 'etcd가'], ['cp-1', '이', 'cp-1이'], ['cp-2', '이', 'cp-2가'], ['cp-3', '이', 'cp-3이'],
    ['worker-1', '으로', 'worker-1로'], ['worker-2', '으로', 'worker-2로'], ['worker-3', '으로', 'worker-3으로'], ['YAML', '으로', 'YAML로'],
    ['파드', '을', '파드를'], ['볼륨', '을', '볼륨을'], ['노드', '와', '노드와'], ['서비스', '은', '서비스는'], ['컨피그맵', '이에요', '컨피그맵이에요'], ['리더', '이에요', '리더예요'],
    ['서울', '으로', '서울로'], ['`spec.nodeName`', '이', '`spec.nodeName`이'], ['web-5d9c-x7k2p', '이', 'web-5d9c-x7k2p가'], ['vm', '은', 'vm은'],
    ['kube-proxy', '은', 'kube-proxy는'], ['kube-controller-manager', '을', 'kube-controller-manager를'], ['containerd', '이', 'containerd가'],
    ['CoreDNS', '이', 'CoreDNS가'], ['URL', '으로', 'URL로'], ['10', '이에요', '10이에요'], ['2', '이에요', '2예요'], ['10.244.1.3', '이에요', '10.244.1.3이에요'],
    ['Pending', '이', 'Pending이'], ['“파드”', '이라', '“파드”라'], ['kubectl', '으로', 'kubectl로'], ['abcn', '을', 'abcn을'], ['', '이', '가'],
  ];
  for (const [word, particle, want] of cases) t.equal(josa(word, particle), want);
  t.equal(knownEnding('qzx'), undefined, 'a word that is only spelled out is not known');
  t.equal(particleAfter('closed', '도'), '도', 'a particle without two forms stays');
  t.end();
});

t.test('values are worded as each language does', t => {
  t.same(secondsText(50), { ko: '50초', en: '50 s' });
  t.same(secondsText(350), { ko: '5분 50초', en: '5 min 50 s' });
  t.same(secondsText(0.44), { ko: '0.4초', en: '0.4 s' });
  t.same(secondsText(7200), { ko: '2시간', en: '2 h' });
  t.same(bytesText(2 * 1024 * 1024 * 1024), { ko: '2GiB', en: '2 GiB' });
  t.equal(fillText('`{node}` {n:이에요} {gone}', { node: 'cp-1', n: 3 }, 'ko'), '`cp-1` 3이에요 {gone}');
  t.end();
});

t.test('every text of the catalogues reads well in both languages', t => {
  const texts = [
    ...eventPatterns.map(({ type, say }) => [type, say] as const), ...Object.entries(phrases),
    ...components.flatMap(({ name, introduction, place }) => [[name, introduction], [name, place]] as const),
    ...misconceptions.flatMap(({ code, belief, truth }) => [[code, belief], [code, truth]] as const),
    ...glossary.map(({ en, meaning }) => [en, meaning] as const),
  ];
  for (const [where, text] of texts) t.same(lintText(text), [], where);
  t.equal(new Set(eventPatterns.map(({ type }) => type)).size, eventPatterns.length, 'each event type has one pattern');
  t.equal(new Set(misconceptions.map(({ code }) => code)).size, 41);
  t.ok(glossary.length >= 160);
  t.end();
});

t.test('the lint names what is wrong', t => {
  const cases: readonly [ko: string, en: string, complaint: RegExp][] = [
    ['정족수가 깨졌습니다.', 'Gone.', /stiff/], ['글이 너무 깁니다.', 'Too long.', /stiff/], ['리더에요.', 'Leader.', /에요/], ['파드이(가) 떠요.', 'A pod.', /brackets/], ['kubelet가 띄워요.', 'x', /kubelet이/],
    ['`cp-2`이 멈췄어요.', 'x', /`cp-2`가/], ['`web` 이 떠요.', 'x', /no space before/], ['50 초 뒤예요.', 'x', /unit/], ['할수 있어요.', 'x', /space is missing/],
    ['안 되요.', 'x', /돼요/], ['포트는 10,250이에요.', 'x', /comma/], ['파드 {n}개예요.', 'pods', /different names/], ['좋아요.', '좋아', /Korean in the English/],
    ['The pod starts here.', 'The pod starts here.', /not Korean/], ['컨테이너는 kubelet에 의해 떠요.', 'x', /translated/],
  ];
  for (const [ko, en, complaint] of cases) t.match(lintText({ ko, en }).join('; '), complaint, ko);
  t.same(lintText({ ko: '아니에요. `kubelet`이 3번 다시 시작했어요.', en: 'No. The kubelet restarted it 3 times.' }), []);
  t.end();
});

const note = (type: string, fields: TutorNote['fields'], process = 'cp-1/etcd', at = 5): TutorNote => ({ type, process, fields, at });
const say = (notes: readonly TutorNote[], options: NarrateOptions = { level: 'normal' }, state = newTutor): ReturnType<typeof narrate> => narrate(state, notes, options);
const ko = (told: ReturnType<typeof narrate>): string[] => told.lines.map(({ text }) => text.ko);

t.test('the tutor introduces a component once, gives the why twice, then speaks shortly', t => {
  const bound = note('sched.bound', { pod: 'web', node: 'worker-2' }, 'cp-1/kube-scheduler');
  const first = say([bound]);
  t.same(ko(first), ['kube-scheduler는 자리를 정해 적어 두는 일만 해요. 실행은 kubelet의 몫이에요.', '`web` 파드의 자리가 `worker-2` 노드로 정해졌어요 — 이제 그 노드의 kubelet 차례예요.']);
  const second = narrate(first.state, [bound], { level: 'normal' });
  t.equal(second.lines.length, 1);
  const third = narrate(second.state, [bound], { level: 'normal' });
  t.same(ko(third), ['`web` 파드의 자리가 `worker-2` 노드로 정해졌어요.']);
  t.equal(third.lines[0]?.text.en, 'Pod `web` is bound to node `worker-2`.');
  t.end();
});

t.test('bursts are one line with a count, and levels decide what is said', t => {
  const pods = ['a', 'b', 'c'].map(pod => note('sched.bound', { pod, node: 'worker-1' }, 'cp-1/kube-scheduler'));
  t.match(ko(say(pods)).at(-1), /`a` 파드.* …외 2건$/);
  t.same(say(pods, { level: 'quiet' }).lines, [], 'quiet says only what matters');
  const put = note('etcd.put', { key: '/registry/pods/default/web', rev: 31 });
  t.same(say([put]).lines, []);
  t.match(ko(say([put], { level: 'chatty' })), ['etcd는 클러스터의 기억이에요. 과반이 동의한 것만 적어요.', '`/registry/pods/default/web` 키가 리비전 31로 저장됐어요.']);
  t.same(say([note('node.heartbeat', { node: 'cp-1' })], { level: 'chatty' }).lines, [], 'importance 0 is never said');
  const elections = [1, 2, 3, 4].map(term => note('etcd.leader.elected', { leader: `cp-${term}`, term }));
  t.equal(say(elections, { level: 'quiet' }).lines.length, 2);
  const many = eventPatterns.filter(({ importance }) => importance >= 2).slice(0, 30)
    .map(({ type, say: text }) => note(type, Object.fromEntries(slots(text.ko + text.en).map(name => [name, 2]))));
  t.match(say(many, { level: 'normal' }).lines.at(-1)?.text.en, /more things happened/);
  t.end();
});

t.test('the cause of an injected fault is not given away in a break-and-repair lesson', t => {
  const lost = note('etcd.quorum.lost', { member: 'cp-1', n: 3, m: 1 });
  t.equal(say([lost], { level: 'normal', hideCauses: true }).lines.length, 0);
  t.match(ko(say([lost])).at(-1), /`cp-1` 멤버 쪽에는 3개 중 1개만 남아 정족수가 깨졌어요/);
  t.end();
});

t.test('a lesson may word the first occurrence itself', t => {
  const options: NarrateOptions = { level: 'quiet', explanations: [{ on: 'node.ready', say: { ko: '`{node}` 노드를 보세요.', en: 'Look at node `{node}`.' } }] };
  const first = say([note('node.ready', { node: 'worker-1' }, 'cp-1/kube-controller-manager')], options);
  t.same(ko(first), ['`worker-1` 노드를 보세요.']);
  t.same(ko(narrate(first.state, [note('node.ready', { node: 'worker-1' })], options)), ['`worker-1` 노드가 다시 Ready예요.']);
  t.end();
});

t.test('what a kind can never do is not promised of it', t => {
  const made = (kind: string): TutorNote => note('api.object.created', { kind, name: 'web' });
  const map = say([made('ConfigMap')]);
  t.same(map.lines.filter(({ kind }) => kind === 'event').map(({ text }) => text.ko), ['`web` 컨피그맵의 기록이 생겼어요.']);
  t.same(say([made('Pod')], { level: 'normal' }, map.state).lines.filter(({ kind }) => kind === 'event').map(({ text }) => text.ko), ['`web` 파드의 기록이 생겼어요 — 아직 실행된 건 없어요.']);
  t.end();
});

t.test('a filled line has no open slot, and a note that lacks a value is not half said', t => {
  for (const { type, say: text } of eventPatterns) {
    const fields = Object.fromEntries(slots(text.ko + text.en).map(name => [name, name === 'sec' ? 50 : 'cp-3']));
    const line = noteText(note(type, fields));
    t.notMatch(`${line?.ko} ${line?.en}`, /[{}]|undefined/, type);
    t.same(line === undefined ? ['nothing'] : lintText(line), [], `${type}: particles`);
  }
  t.equal(noteText(note('pod.eviction.scheduled', { pod: 'web' })), undefined);
  t.equal(noteText(note('made.up', {})), undefined);
  t.match(noteText(note('container.started', {}, 'worker-1/kubelet')) === undefined ? 'nothing' : 'said', /nothing/);
  t.match(noteText(note('node.registered', {}, 'worker-1/kubelet'))?.en, /`worker-1`/, 'the machine stands in');
  t.equal(patternOf('etcd.put')?.importance, 1);
  t.same(noteText(note('api.object.created', { kind: 'ReplicaSet', name: 'web' })), { ko: '`web` 레플리카셋의 기록이 생겼어요.', en: 'A record for ReplicaSet `web` exists.' });
  t.equal(noteText(note('etcd.defragmented', { member: 'cp-1', n: 3_145_728 }))?.en, 'Member `cp-1` defragmented.');
  t.match(noteText(note('sched.failed', { pod: 'web', reason: '0/3 nodes are available: 3 Insufficient cpu.' }))?.en, /Insufficient cpu\.$/);
  t.end();
});

t.test('explain finds a topic by any of its names and offers near ones', t => {
  const cases: readonly [topic: string, want: RegExp][] = [
    ['etcd', /과반이 동의한/], ['파드', /가장 작은 단위/], ['po', /가장 작은 단위/], ['pods', /가장 작은 단위/], ['정족수', /과반/], ['quorum', /과반/], ['ReplicaSet', /파드 N개/], ['rs', /파드 N개/],
    ['kube-scheduler', /자리/], ['스케줄러', /자리/], ['클러스터IP', /가상 주소/], ['ClusterIP', /가상 주소/], ['load balancer', /연결을 나눔/], ['m05', /바인딩/], ['드레인', /차례로 비움/], ['ccm', /볼륨은 맡지/],
  ];
  for (const [topic, want] of cases) {
    const found = explain(topic);
    t.ok(found.ok, topic);
    if (found.ok) t.match(found.value.lines.map(line => line.ko).join(' '), want, topic);
  }
  const missed = explain('quorun');
  t.match(missed.ok ? '' : missed.message.en, /Did you mean `quorum`/);
  t.match(explain('zzzzzzz'), { ok: false });
  t.ok(topics().includes('파드') && topics().includes('etcd'));
  t.same(recentEvents([note('etcd.put', { key: '/a', rev: 3 }), note('made.up', {})]).map(({ text }) => text.en), ['Key `/a` stored at revision 3.']);
  t.end();
});
