import { readFileSync } from 'node:fs';
import t from 'tap';
import { commands } from '../../../src/kubectl/registry.ts';
import { sessionCommands } from '../../../src/repl/commands/registry.ts';
import { complete, type Providers } from '../../../src/repl/complete.ts';
import { applyFilters } from '../../../src/repl/filters.ts';
import { helpText } from '../../../src/repl/help.ts';
import { highlight } from '../../../src/repl/highlight.ts';
import { grammarRules } from '../../../src/repl/parse/grammar.generated.ts';
import { renderFailure } from '../../../src/repl/parse/failure.ts';
import { findNode } from '../../../src/repl/parse/catalog.ts';
import { needsMore, parse, type Pipeline } from '../../../src/repl/parse/parse.ts';
import { usageOf } from '../../../src/repl/parse/railroad.ts';

const corpus = readFileSync('test/repl/parse/corpus.txt', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ path: line.slice(0, line.indexOf('\t')), line: line.slice(line.indexOf('\t') + 1) }));

function only(line: string): Pipeline {
  const parsed = parse(line);
  if (!parsed.ok) throw new Error(`${line}: ${parsed.message}`);
  const [first] = parsed.commands;
  if (first === undefined || parsed.commands.length !== 1) throw new Error(`${line}: ${parsed.commands.length} commands`);
  return first;
}

t.test('every line of the corpus has exactly one reading', (t) => {
  for (const { path, line } of corpus) {
    const parsed = parse(line);
    if (!parsed.ok) { t.fail(`${line}: ${parsed.message}`); continue; }
    t.equal(parsed.readings, 1, line);
    t.equal(parsed.commands[0]?.command.path.join(' '), path, line);
  }
  t.ok(corpus.length >= 150, `${corpus.length} lines`);
  t.end();
});

t.test('words take their roles', (t) => {
  const cases: readonly { readonly line: string; readonly operands?: object; readonly flags?: object }[] = [
    { line: 'kubectl get pods web-1 web-2 -n shop', operands: { resource: 'pods', names: ['web-1', 'web-2'] }, flags: { namespace: 'shop' } },
    { line: 'kubectl get pod/web svc/web', operands: { typeNames: ['pod/web', 'svc/web'] } },
    { line: 'get pods -l app=web -l tier=db --show-labels', flags: { selector: 'tier=db', 'show-labels': true } },
    { line: 'kubectl get pods -o jsonpath="{.items[0].metadata.name}"', flags: { output: 'jsonpath={.items[0].metadata.name}' } },
    { line: 'kubectl get pods -ojson -Aw', flags: { output: 'json', 'all-namespaces': true, watch: true } },
    { line: 'kubectl get pods --watch=false', flags: { watch: false } },
    { line: 'kubectl create cm c --from-literal=a=1 --from-literal b=2', operands: { names: ['c'] }, flags: { 'from-literal': ['a=1', 'b=2'] } },
    { line: 'kubectl create cm c --dry-run -o yaml', flags: { 'dry-run': 'unchanged', output: 'yaml' } },
    { line: 'kubectl run web --image=busybox --command -- sh -c "sleep 5 | cat"', operands: { name: 'web', arguments: ['sh', '-c', 'sleep 5 | cat'] }, flags: { image: 'busybox', command: true } },
    { line: 'kubectl label pods a b x=1 y-', operands: { resource: 'pods', names: ['a', 'b'], pairs: ['x=1', 'y-'] } },
    { line: 'kubectl taint nodes n1 gpu=yes:NoSchedule old-', operands: { resource: 'nodes', names: ['n1'], taints: ['gpu=yes:NoSchedule', 'old-'] } },
    { line: 'kubectl set image deploy/web web=images.example/web:2', operands: { typeNames: ['deploy/web'], pairs: ['web=images.example/web:2'] } },
    { line: 'kubectl scale deploy web --replicas=3', flags: { replicas: 3 } },
    { line: 'kubectl wait pod/web --for=delete --timeout=1m30s', flags: { for: 'delete', timeout: 90_000_000 } },
    { line: "kubectl annotate pod web note='a b'", operands: { pairs: ['note=a b'] } },
    { line: 'fault block cp-1 -> cp-2 cp-3', operands: { kind: 'block', words: ['cp-1', '->', 'cp-2', 'cp-3'] } },
    { line: 'fault partition cp-2 | cp-1 cp-3', operands: { kind: 'partition', words: ['cp-2', '|', 'cp-1', 'cp-3'] } },
    { line: 'until a == "x | y" && b within 30s', operands: { condition: 'a == "x | y" && b', within: '30s' } },
    { line: 'why is pod web pending?', operands: { target: 'pods/web', state: 'Pending' } },
    { line: '왜 web 파드가 Pending이야?', operands: { target: 'pods/web', state: 'Pending' } },
    { line: 'web-1은 왜 Pending이야?', operands: { target: 'web-1', state: 'Pending' } },
    { line: '컨트롤 루프가 뭐야?', operands: { topic: ['컨트롤', '루프'] } },
    { line: '누가 web-1을 죽였어?', operands: { act: '죽였어', target: 'web-1' } },
    { line: '파드 보여줘', operands: { resource: 'pods' } },
    { line: 'run web images.example/web:2 --image=busybox x', operands: { name: 'web', arguments: ['images.example/web:2', 'x'] } },
  ];
  for (const { line, operands, flags } of cases) {
    const { command } = only(line);
    if (operands !== undefined) t.match(command.operands, operands, line);
    if (flags !== undefined) t.match(command.flags, flags, line);
  }
  t.end();
});

t.test('a line is a row of commands with filters, files and places', (t) => {
  const parsed = parse("kubectl get pods -A | grep -v kube | wc -l; on worker-1: crictl ps && advance 5s # enough\nget ns > all.txt");
  t.ok(parsed.ok);
  if (!parsed.ok) { t.end(); return; }
  t.match(parsed.commands.map((each) => ({ source: each.source, then: each.then, on: each.on, isSession: each.isSession, filters: each.filters.map((filter) => filter.path[0]) })), [
    { source: 'kubectl get pods -A | grep -v kube | wc -l', then: ';', isSession: false, filters: ['grep', 'wc'] },
    { source: 'on worker-1: crictl ps', then: '&&', on: 'worker-1', filters: [] },
    { source: 'advance 5s', then: ';', isSession: true },
    { source: 'get ns > all.txt' },
  ]);
  t.match(parsed.commands[3]?.redirect, { file: 'all.txt', append: false });
  const heredoc = parse("kubectl apply -f - <<'EOF' && get cm\na: 1 # kept\n  b: $x\nEOF\nget ns");
  t.ok(heredoc.ok && heredoc.commands.length === 3 && heredoc.commands[0]?.stdin === 'a: 1 # kept\n  b: $x\n');
  const tabs = parse('kubectl apply -f - <<-END\n\ta: 1\n\tEND\n');
  t.ok(tabs.ok && tabs.commands[0]?.stdin === '\ta: 1\n');
  t.same([needsMore('kubectl apply -f - <<EOF'), needsMore('kubectl apply -f - <<EOF\na: 1\nEOF'), needsMore("get pods -l 'a"), needsMore('get pods')], [true, false, true, false]);
  t.same(parse('').ok, true);
  t.same(parse('   # nothing').ok, true);
  t.end();
});

t.test('what cannot be read is answered with place, expectation and the nearest command', (t) => {
  const cases: readonly { readonly line: string; readonly at: number; readonly width: number; readonly says: string; readonly ko?: string; readonly exit?: number }[] = [
    { line: 'gte pods', at: 0, width: 3, says: 'Did you mean get' },
    { line: 'advnace 5m', at: 0, width: 7, says: 'Did you mean advance', ko: 'advance' },
    { line: 'xyzzy', at: 0, width: 5, says: 'I do not know "xyzzy"', ko: '"xyzzy" 명령은 몰라요' },
    { line: 'advance', at: 7, width: 1, says: 'more is needed here: a duration', ko: '뒤에 더 적어 주세요: 시간' },
    { line: 'advance 5m now', at: 11, width: 3, says: 'the line should end here, but "now" follows', ko: '여기서 끝나야 하는데 "now"도 있어요' },
    { line: 'lang fr', at: 5, width: 2, says: 'expected ko, en' },
    { line: 'kubectl foo bar', at: 8, width: 3, says: 'error: unknown command "foo" for "kubectl"', exit: 1 },
    { line: 'kubectl get --foo', at: 12, width: 5, says: "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.", exit: 1 },
    { line: 'kubectl get pods -oyaml -Z', at: 24, width: 2, says: "error: unknown shorthand flag: 'Z' in -Z", exit: 1 },
    { line: 'kubectl get pods --namespace', at: 28, width: 1, says: 'error: flag needs an argument: --namespace', exit: 1 },
    { line: 'kubectl logs x --tail=many', at: 22, width: 4, says: 'error: invalid argument "many" for "--tail" flag: strconv.ParseInt', exit: 1 },
    { line: 'kubectl rollout foo', at: 16, width: 3, says: 'error: unknown command "foo"\nSee \'kubectl rollout -h\'', exit: 1 },
    { line: 'get pods | gerp web', at: 11, width: 4, says: 'grep' },
    { line: "get pods -l 'a", at: 12, width: 1, says: 'the quote that begins here is not closed', ko: '따옴표' },
    { line: 'get pods; apply -f - <<EOF\na: 1', at: 21, width: 2, says: 'the end mark of the here-document is missing' },
    { line: 'apiVersion: v1', at: 0, width: 11, says: 'this looks like a manifest', ko: '매니페스트' },
    { line: 'get pods &', at: 9, width: 1, says: '"&" does not fit here' },
    { line: 'why', at: 3, width: 1, says: 'more is needed here' },
    { line: 'get pods &&', at: 11, width: 1, says: 'more is needed here: a command', ko: '뒤에 명령을 더 적어 주세요.' },
    { line: '1 2 3', at: 2, width: 1, says: 'the line should end here, but "2" follows' },
    { line: 'level 조용히', at: 6, width: 3, says: 'expected quiet, normal, chatty.', ko: '"조용히" 대신 이런 것을 적어 주세요: quiet, normal, chatty.' },
    { line: 'what do I do', at: 12, width: 1, says: 'I did not understand this question. Ask like this: `why is pod web pending?`', ko: '이 질문은 알아듣지 못했어요.' },
    { line: 'hello there', at: 0, width: 5, says: 'Hello! Begin the first lesson with `learn`', ko: '안녕하세요. `learn`' },
    { line: 'docker ps', at: 0, width: 6, says: '`on worker-1: crictl ps`', ko: '`on worker-1: crictl ps`' },
    { line: 'nodes', at: 0, width: 5, says: 'for example `kubectl get nodes`', ko: '예: `kubectl get nodes`' },
    { line: '파드 지워줘', at: 0, width: 2, says: '`kubectl get pods`', ko: '무엇을 할지 앞에 적어 주세요' },
  ];
  for (const { line, at, width, says, ko, exit } of cases) {
    const failure = parse(line);
    if (failure.ok) { t.fail(`${line} was read`); continue; }
    t.same({ at: failure.at, width: failure.width }, { at, width }, `${line}: ${failure.message}`);
    t.ok(failure.message.includes(says), `${line}: ${failure.message}`);
    t.equal(failure.exit, exit ?? 2, line);
    const korean = parse(line, 'ko');
    if (ko !== undefined) t.ok(!korean.ok && korean.message.includes(ko), korean.ok ? line : korean.message);
  }
  const failure = parse('파드 advance', 'ko');
  t.ok(!failure.ok);
  const caret = parse('advance 5m now');
  if (!caret.ok) t.same(renderFailure('advance 5m now', caret, (text) => text.length).marked, ['advance 5m now', '           ^^^']);
  const advice = parse('sudo kubectl get pods', 'ko');
  if (!advice.ok) t.same(renderFailure('sudo kubectl get pods', advice, (text) => text.length), { marked: [], message: advice.message }, 'advice needs no caret');
  const greeting = parse('안녕 세상', 'ko');
  t.match(greeting, { ok: false, at: 0, width: 2, isIncomplete: true }, 'what nobody knows is the first word, while the question may go on');
  t.end();
});

const providers: Providers = {
  lang: 'en',
  resources: () => [{ text: 'pods', summary: 'po' }, { text: 'services', summary: 'svc' }, { text: 'namespaces', summary: 'ns' }, { text: 'nodes', summary: 'no' }],
  names: (resource, namespace) => (resource.startsWith('po') ? (namespace === 'kube-system' ? ['coredns-1'] : ['web-1', 'web-2']) : resource === 'node' || resource === 'nodes' ? ['worker-1'] : []),
  namespaces: () => ['default', 'kube-system'],
  nodes: () => ['cp-1', 'worker-1'],
  processes: () => ['cp-1/etcd'],
  faultKinds: () => [{ text: 'crash', summary: 'kill' }, { text: 'partition', summary: 'cut' }],
  faultWords: (kind: string, at: number) => (at === 0 && kind === 'crash-at' ? ['raftBeforeSave'] : ['worker-1', 'cp-1/etcd']).map(text => ({ text, summary: '' })),
  lessons: () => [{ text: 'first-look', summary: 'Meet the cluster' }],
  topics: () => [{ text: 'etcd', summary: '' }, { text: 'kubelet', summary: '' }],
  containers: () => ['nginx'],
};

t.test('completion offers what the grammar could read, with live names', (t) => {
  const cases: readonly { readonly line: string; readonly has?: readonly string[]; readonly only?: readonly string[]; readonly lacks?: readonly string[]; readonly from?: number }[] = [
    { line: '', has: ['kubectl', 'get', 'etcdctl', 'advance', 'fault', 'lessons', 'why', 'help'], lacks: ['왜 ', '|'] },
    { line: 'ad', only: ['advance'], from: 0 },
    { line: 'kubectl ', has: ['get', 'rollout', 'explain', 'config'], lacks: ['advance', '--namespace='] },
    { line: 'kubectl get ', only: ['pods', 'services', 'namespaces', 'nodes'] },
    { line: 'get p', only: ['pods'], from: 4 },
    { line: 'get pods,s', only: ['pods,services'], from: 4 },
    { line: 'get pod ', only: ['web-1', 'web-2'] },
    { line: 'get pod web-1 ', only: ['web-2'] },
    { line: 'kubectl get pod/w', only: ['pod/web-1', 'pod/web-2'], from: 12 },
    { line: 'get pods -n kube-system c', only: ['coredns-1'] },
    { line: 'get pods -n ', only: ['default', 'kube-system'] },
    { line: 'get pods --namespace=k', only: ['kube-system'], from: 21 },
    { line: 'get pods --out', only: ['--output='], from: 9 },
    { line: 'get pods -o ', has: ['wide', 'yaml', 'json'] },
    { line: 'get pods -', has: ['-o', '-A', '--watch', '--selector='] },
    { line: 'get pods -A --all', only: [] },
    { line: 'kubectl create ', has: ['deployment', 'namespace', 'secret', 'service'] },
    { line: 'kubectl create secret ', only: ['docker-registry', 'generic', 'tls'] },
    { line: 'kubectl rollout ', has: ['status', 'undo', 'history'] },
    { line: 'get pods | ', only: ['grep', 'head', 'tail', 'wc', 'sort', 'uniq', 'base64'] },
    { line: 'kubectl logs ', has: ['web-1'] },
    { line: 'kubectl cordon w', only: ['worker-1'] },
    { line: 'fault ', only: ['crash', 'partition'] },
    { line: 'fault crash ', has: ['worker-1', 'cp-1/etcd'] },
    { line: 'fault crash-at ', only: ['raftBeforeSave'] },
    { line: 'fault crash-at raftBefore', only: ['raftBeforeSave'], from: 15 },
    { line: 'fault crash-at raftBeforeSave cp', only: ['cp-1/etcd'] },
    { line: 'learn ', only: ['first-look'] },
    { line: 'explain k', only: ['kubelet'] },
    { line: 'on ', only: ['cp-1', 'worker-1'] },
    { line: 'on worker-1: cri', only: ['crictl'] },
    { line: 'why is web-1 p', has: ['Pending'] },
    { line: 'web-1 ', has: ['왜'] },
    { line: '파드 보', has: ['보여줘'] },
    { line: 'get pods; adv', only: ['advance'] },
    { line: 'lang ', only: ['ko', 'en'] },
    { line: 'kubectl nonsense ', only: [] },
  ];
  for (const { line, has = [], only: exactly, lacks = [], from } of cases) {
    const found = complete(line, line.length, providers);
    const texts = found.items.map((item) => item.text);
    if (exactly !== undefined) t.same([...texts].sort(), [...exactly].sort(), `"${line}"`);
    for (const text of has) t.ok(texts.includes(text), `"${line}" offers ${text}: ${texts.slice(0, 20).join(' ')}`);
    for (const text of lacks) t.notOk(texts.includes(text), `"${line}" does not offer ${text}`);
    if (from !== undefined) t.equal(found.from, from, `"${line}" from`);
  }
  t.same(complete('kubectl ', 8, { ...providers, lang: 'ko' }).items.slice(0, 2), [{ text: 'get', summary: '오브젝트를 하나 또는 여럿 보여 줘요' }, { text: 'describe', summary: '오브젝트 하나를 이벤트까지 자세히 보여 줘요' }]);
  t.same(complete('', 0, providers).items.slice(0, 3).map(({ text }) => text), ['learn', 'help', 'kubectl'], 'what a learner looks for first');
  t.match(complete('adv', 3, providers).items, [{ text: 'advance', summary: 'lets virtual time pass' }]);
  t.end();
});

t.test('colours follow the roles', (t) => {
  const shown = (line: string): string => highlight(line).map((span) => `${line.slice(span.from, span.to)}:${span.style}`).join(' ');
  const cases: readonly (readonly [line: string, spans: string])[] = [
    ['kubectl get pods web -n shop', 'kubectl:command get:command pods:resource web:value -n:flag shop:value'],
    ['get pods -o=json # all', 'get:command pods:resource -o=:flag json:value # all:comment'],
    ["kubectl annotate pod web note='a b'", "kubectl:command annotate:command pod:resource web:value note='a b':string"],
    ['kubectl get --foo pods', 'kubectl:command get:command --foo:error'],
    ['kubectl gett', 'kubectl:command gett:error'],
    ['kubectl ge', 'kubectl:command'],
    ['advance 5m', 'advance:command 5m:value'],
    ['왜 web 파드가 Pending이야', '왜:command web:value 파드:resource 가:comment Pending:value 이야:comment'],
    ['get pods | grep web', 'get:command pods:resource |:comment grep:command web:string'],
  ];
  for (const [line, spans] of cases) t.equal(shown(line), spans, line);
  t.end();
});

t.test('filters work as their namesakes', (t) => {
  const text = 'NAME READY\nweb-1 1/1\nweb-2 0/1\ndb-1 1/1\n';
  const cases: readonly (readonly [line: string, out: string, exit?: number])[] = [
    ['grep web', 'web-1 1/1\nweb-2 0/1\n'], ['grep -v web', 'NAME READY\ndb-1 1/1\n'], ['grep -c 1/1', '2\n'], ['grep -in WEB', '2:web-1 1/1\n3:web-2 0/1\n'],
    ['grep nothing', '', 1], ["grep -E 'web|db'", 'web-1 1/1\nweb-2 0/1\ndb-1 1/1\n'], ["grep 'web\\|db'", 'web-1 1/1\nweb-2 0/1\ndb-1 1/1\n'], ["grep -o '[0-9]/1'", '1/1\n0/1\n1/1\n'],
    ['head -2', 'NAME READY\nweb-1 1/1\n'], ['head -n 1', 'NAME READY\n'], ['tail -n 1', 'db-1 1/1\n'], ['tail -n +3', 'web-2 0/1\ndb-1 1/1\n'],
    ['wc -l', '4\n'], ['wc', '      4       8      40\n'], ['sort', 'NAME READY\ndb-1 1/1\nweb-1 1/1\nweb-2 0/1\n'], ['sort -k 2 -r', 'NAME READY\nweb-1 1/1\ndb-1 1/1\nweb-2 0/1\n'],
    ['grep web | wc -l', '2\n'], ['sort -k 2 | head -1', 'web-2 0/1\n'],
  ];
  for (const [line, out, exit = 0] of cases) {
    const done = applyFilters(text, only(`get pods | ${line}`).filters);
    t.same([done.text, done.exit], [out, exit], line);
  }
  t.end();
});

t.test('the grammar and the registries know the same commands', (t) => {
  const literals = new Set(grammarRules.flatMap((rule) => rule.symbols.flatMap((symbol) => (typeof symbol === 'string' || 'hint' in symbol ? [] : [symbol.literal]))));
  for (const command of commands) {
    for (const word of command.path) t.ok(literals.has(word), `the grammar knows ${command.path.join(' ')}`);
    t.match(findNode(command.path)?.summary.ko, /[가-힣]/, `${command.path.join(' ')} has a summary in Korean`);
    for (const example of command.examples) {
      const parsed = parse(example.line);
      t.ok(parsed.ok && parsed.readings === 1, `${example.line}${parsed.ok ? '' : `: ${parsed.message}`}`);
      if (parsed.ok) t.ok(parsed.commands.some((each) => each.command.path.join(' ') === command.path.join(' ')), `${example.line} runs ${command.path.join(' ')}`);
    }
  }
  for (const command of sessionCommands) {
    t.ok(literals.has(command.path[0] ?? ''), `the grammar knows ${command.path.join(' ')}`);
    for (const line of command.examples) t.ok(parse(line).ok, line);
  }
  const paths = commands.map((command) => command.path.join(' '));
  t.equal(new Set(paths).size, paths.length, 'no command is declared twice');
  t.end();
});

t.test('help is read off the grammar', (t) => {
  t.equal(usageOf(['kubectl', 'get']), 'kubectl get [TYPE [NAME…] | TYPE/NAME [NAME…]] [flags]');
  t.equal(usageOf(['kubectl', 'logs']), 'kubectl logs [POD CONTAINER] [flags]');
  for (const words of [[], ['kubectl', 'get'], ['get'], ['kubectl', 'rollout'], ['advance'], ['etcdctl']]) {
    for (const lang of ['ko', 'en'] as const) {
      const text = helpText(words, lang);
      t.ok(text.ok && text.value.length > 20, `help ${words.join(' ')} (${lang})`);
    }
  }
  t.notOk(helpText(['nonsense'], 'en').ok);
  t.end();
});
