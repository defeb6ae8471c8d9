import t from 'tap';
import { readdirSync, readFileSync } from 'node:fs';
import { type Micros, micros } from '../../src/base/data.ts';
import { createCel } from '../../src/cluster/cel/evaluate.ts';
import { readScenarioFile } from '../../src/repl/scenario-files.ts';
import { readManifest } from '../../src/repl/manifest.ts';
import { readYaml } from '../../src/repl/read-document.ts';
import { exitCode, reportText } from '../../src/scenario/report.ts';
import { runScenario, type ScenarioPrompt, type ScenarioResult, withSeed } from '../../src/scenario/runner.ts';
import { faultKinds } from '../../src/sim/faults/registry.ts';
import { readScenario, type Scenario } from '../../src/scenario/schema.ts';
import { newFakeWorld, pod, viewOf } from '../lessons/fake-view.ts';

const cel = createCel();

function scenarioOf(text: string): Scenario {
  const document = readYaml('story.yaml', text);
  if (!document.ok) throw new Error(document.problems.join('\n'));
  const { scenario, problems } = readScenario(document.source, cel);
  if (scenario === undefined) throw new Error(problems.join('\n'));
  return scenario;
}

/** A prompt whose pods run five seconds after `kubectl run`; the only fault, a crash, removes a pod. */
function fakePrompt(): ScenarioPrompt {
  const world = newFakeWorld();
  world.now = 0;
  let due: { at: number; name: string }[] = [];
  const tick = (by: number): void => {
    world.now += by;
    for (const { name } of due.filter(({ at }) => at <= world.now)) world.objects.push(pod(name, { node: 'worker-1' }));
    due = due.filter(({ at }) => at > world.now);
  };
  const view = viewOf(world);
  return {
    run(line) {
      const name = /^kubectl run (\S+)/.exec(line)?.[1];
      if (name === undefined) return { exit: 1, stdout: '', stderr: `error: unknown command "${line}"\n` };
      due.push({ at: world.now + 5_000_000, name });
      return { exit: 0, stdout: `pod/${name} created\n`, stderr: '' };
    },
    advance: (by: Micros) => tick(by),
    runUntil(holds, within) {
      for (let waited = 0; waited < within && !holds(view); waited += 1_000_000) tick(1_000_000);
      return holds(view);
    },
    inject(words) {
      if (words[1] !== 'web') return { ok: false, error: `there is no pod "${words[1]}"` };
      world.objects = world.objects.filter(({ metadata }) => metadata.name !== words[1]);
      return { ok: true, value: words.join(' ') };
    },
    heal: () => ({ ok: true, value: '' }),
    view: () => view,
    digest: () => `d${world.now}`,
    now: () => micros(world.now),
  };
}

const play = (text: string): ScenarioResult => runScenario(scenarioOf(text), fakePrompt());
const statuses = (result: ScenarioResult): string => result.steps.map(({ status }) => status).join(' ');

t.test('a story that holds passes step by step', t => {
  const result = play(`
name: a pod runs
seed: 7
steps:
  - run: kubectl run web
    expect: { exit: 0, stdout: pod/web created, stdoutContains: web, stderr: "", stdoutLacks: [error] }
  - until: pods("default").exists(p, p.status.phase == "Running")
    within: 10s
  - advance: 1m
  - that:
      - pods("default").size() == 1
      - now == 65
  - fault: crash web
  - { name: it is gone, that: pods("default").size() == 0 }
  - heal: all
always: [pods("default").size() <= 1]
`);
  t.equal(statuses(result), 'passed passed passed passed passed passed passed');
  t.match(result, { passed: true, seed: 7, digest: 'd65000000', virtual: 65_000_000 });
  t.equal(result.steps[5]?.title, 'it is gone');
  t.end();
});

t.test('the first step that breaks is named with what was expected, the rest are skipped', t => {
  const cases: readonly [name: string, steps: string, because: RegExp][] = [
    ['exit code', '  - run: kubectl nope', /expected exit 0, got 1\nstderr was: error: unknown command/],
    ['expected failure', '  - { run: kubectl run web, expect: { exit: 1 } }', /expected exit 1, got 0/],
    ['output', '  - { run: kubectl run web, expect: { stdout: pod\/x created } }', /expected stdout: pod\/x created\ngot stdout: pod\/web created/],
    ['part of output', '  - { run: kubectl run web, expect: { stdoutContains: nope } }', /expected stdout to contain: nope/],
    ['until', '  - until: pods("default").size() == 1\n    within: 3s', /did not become true within 3s\nexpected: pods\("default"\).size\(\) == 1\ngot: false/],
    ['absent', '  - that: pod("default", "web").status.phase == "Running"', /got: Not there yet/],
    ['fault', '  - fault: crash cp-1', /there is no pod "cp-1"/],
    ['error in a wait', '  - { until: "pods(\\"default\\").size() < 1 && etcd.leader", within: 3s }', /expected: .*\ngot: The expression could not be evaluated/],
  ];
  for (const [name, steps, because] of cases) {
    const result = play(`name: x\nsteps:\n${steps}\n  - advance: 1s\n`);
    t.equal(statuses(result), 'failed skipped', name);
    t.match(result.steps[0]?.because.join('\n'), because, name);
    t.equal(result.steps[0]?.place.line, 3, name);
  }
  t.end();
});

t.test('what must always hold is looked at while time passes', t => {
  const result = play('name: x\nsteps:\n  - run: kubectl run web\n  - advance: 1m\nalways:\n  - pods("default").size() == 0\n');
  t.equal(statuses(result), 'passed failed');
  t.match(result.steps[1]?.because.join('\n'), /what must always hold was broken\nexpected: pods\("default"\).size\(\) == 0/);
  t.equal(result.virtual, 5_000_000, 'it stops where it broke');
  t.end();
});

t.test('reports say the same in four forms, and the exit code follows', t => {
  const good = play('name: good <one>\nsteps:\n  - run: kubectl run web\n');
  const bad = play('name: bad\nsteps:\n  - run: kubectl nope\n  - advance: 1s\n');
  const report = { results: [good, bad], unread: [] };
  t.equal(exitCode(report), 1);
  t.equal(exitCode({ results: [good], unread: [] }), 0);
  t.equal(exitCode({ results: [good], unread: [{ file: 'x.yaml', problems: ['x.yaml:1:1: no'] }] }), 2);
  t.match(reportText(report, 'pretty'), /✓ good <one>[\s\S]*✗ bad[\s\S]*at story.yaml:3:5\n[\s\S]*1 of 2 scenarios held, 1 failed\.\n$/);
  t.match(reportText(report, 'pretty', 'ko'), /시나리오 2개 가운데 1개가 그대로 진행됐어요\. 1개는 어긋났어요\.\n$/);
  t.match(reportText(report, 'tap'), /^TAP version 14\n1\.\.2\n# Subtest: good <one>\n {4}1\.\.1\n {4}ok 1 - run: kubectl run web\nok 1 - good <one>\n[\s\S]*# SKIP an earlier step failed\nnot ok 2 - bad/);
  const xml = reportText({ ...report, unread: [{ file: 'x.yaml', problems: ['x.yaml:1:1: a & b'] }] }, 'junit');
  t.match(xml, /<testsuites name="pilothouse" tests="4" failures="1" errors="1" skipped="1">/);
  t.match(xml, /name="good &lt;one&gt;"[\s\S]*<failure message="expected exit 0, got 1">[\s\S]*a &amp; b/);
  const json = JSON.parse(reportText(report, 'json')) as { exit: number; scenarios: { digest: string; passed: boolean }[] };
  t.same([json.exit, json.scenarios.map(({ passed }) => passed), json.scenarios[0]?.digest], [1, [true, false], good.digest]);
  t.end();
});

t.test('a file with mistakes is refused with places, all at once', t => {
  const document = readYaml('story.yaml', 'name: x\nsteps:\n  - run: a\n    expect: { exitt: 1 }\n  - advance: soon\n  - wait: 3s\n  - until: pods("a").size( == 1\nalwys: []\n');
  t.ok(document.ok);
  if (!document.ok) throw new Error('expected a document');
  const { problems } = readScenario(document.source, cel);
  t.match(problems.join('\n'), /story.yaml:8:1: "alwys" is not known here; did you mean "always"\?/);
  t.match(problems.join('\n'), /story.yaml:4:15: "exitt" is not known here; did you mean "exit"\?/);
  t.match(problems.join('\n'), /story.yaml:5:5: "soon" is not a duration/);
  t.match(problems.join('\n'), /story.yaml:6:5: expected one of the fields run, until, advance, that, fault, heal/);
  t.match(problems.join('\n'), /story.yaml:7:5: .*character \d+ of the text/);
  t.equal(readScenarioFile('no/such.yaml', cel).problems[0], 'no/such.yaml: cannot be read: there is no such file or folder');
  t.equal(readScenarioFile('lessons', cel).problems[0], 'lessons: cannot be read: it is a folder');
  t.end();
});

t.test('whatever a file holds, it is refused in words', t => {
  const bomb = 'a: &a [x, x]\n' + 'bcdefghij'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i] ?? ''}`).join(', ')}]\n`).join('');
  const cases: readonly (readonly [string, RegExp])[] = [
    [bomb, /^story.yaml:1:1: the aliases of the document stand for too much/],
    [`a: ${'['.repeat(20_000)}`, /^story.yaml:1:\d+: brackets or lists are nested too deeply/],
    ['name: a\n---\nname: b\n', /^story.yaml:2:1: a second document begins here; the file may hold only one$/],
    ['PK\u0003\u0004\0\0', /^story.yaml:1:1: expected text in UTF-8/], ['name: a\ntitle: \ufffd\ufffd\n', /^story.yaml:2:1: expected text in UTF-8/],
    ['name: a\nname: b\n', /^story.yaml:2:1: Map keys must be unique$/], ['name: a\nsteps:\n\t- run: a\n', /^story.yaml:3:1: Tabs are not allowed/],
    [`name: a\n${'- }\n'.repeat(40)}`, /… and \d+ more$/],
    ['x'.repeat(1_000_001), /^story.yaml:1:1: the file is too large/],
    ['name: t\nsteps:\n  - runn: kubectl get pods\n', /^story.yaml:3:5: "runn" is not known here; did you mean "run"\?/],
    ['name: t\nsteps:\n  - fault: crush worker-1\n', /^story.yaml:3:5: there is no fault "crush"; did you mean "crash"\?/],
    ['name: t\nsteps:\n  - that: pods("default"\n', /bracket.*\(at steps\[0\]\.that, character \d+ of the text\)/],
    ['', /^story.yaml:1:1: expected a scenario, got nothing/], ['\ufeffname: t\r\nsteps: 7\r\n', /^story.yaml:2:1: expected a list/],
  ];
  for (const [text, problem] of cases) {
    const document = readYaml('story.yaml', text);
    const problems = document.ok ? readScenario(document.source, cel).problems : document.problems;
    t.match(problems.join('\n'), problem, JSON.stringify(text.slice(0, 30)));
    t.ok(problems.length <= 6, 'not more than one wants to read');
  }
  t.match(readManifest('bomb.yaml', bomb), { ok: false, error: 'error: error parsing bomb.yaml: error converting YAML to JSON: yaml: document contains excessive aliasing' });
  t.end();
});

t.test('problems are told in the language of the reader, in the order of their places', t => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', ['시나리오가 와야 하는데 비어 있어요.']], ['PK\0', ['UTF-8로 된 텍스트가 아니에요. 파일을 UTF-8로 저장해 주세요.']], ['name: a\nname: b\n', ['같은 항목이 두 번 나와요.']],
    ['name: 5\nsteps: [{ runn: a }, { advance: soon }, { fault: crush x }, { that: "nodes().size()" }]\nseed: -1\n', [
      '텍스트가 와야 하는데 숫자 5 값이 있어요. (위치: name)', '"runn" 항목은 여기서 쓰지 않아요. 혹시 "run"인가요? (위치: steps[0].runn)',
      '"soon" 값은 시간이 아니에요. 500ms, 30s, 5m, 1h30m처럼 적어 주세요. (위치: steps[1].advance)', '"crush" 장애는 없어요. 혹시 "crash"인가요? (위치: steps[2].fault)',
      '참이나 거짓이 나와야 하는데 이 식의 결과는 int 값이에요. == 같은 비교를 붙여 보세요. (위치: steps[3].that, 텍스트의 1번째 글자)', '0 이상의 정수가 와야 하는데 숫자 -1 값이 있어요. (위치: seed)',
    ]],
    ['steps: []\n', ['"name" 항목이 빠졌어요. 텍스트가 와야 해요.', '항목이 1개 이상인 목록이 와야 하는데 목록이 있어요. (위치: steps)']],
  ];
  for (const [text, want] of cases) {
    const document = readYaml('story.yaml', text, 'ko');
    const problems = document.ok ? readScenario(document.source, cel, 'ko').problems : document.problems;
    t.same(problems.map(problem => problem.replace(/^story\.yaml:\d+:\d+: /, '')), want, JSON.stringify(text.slice(0, 30)));
    for (const problem of problems) t.match(problem, /^story\.yaml:\d+:\d+: /);
  }
  t.equal(readScenarioFile('no/such.yaml', cel, 'ko').problems[0], 'no/such.yaml: 읽을 수 없어요. 그런 파일이나 폴더가 없어요.');
  t.end();
});

t.test('every kind of fault stands in one of the example scenarios', t => {
  const used = new Set(readdirSync('lessons/scenarios').flatMap(file => [...readFileSync(`lessons/scenarios/${file}`, 'utf8').matchAll(/fault: ([a-z-]+)/g)].map(([, kind]) => kind)));
  t.same(faultKinds.map(({ name }) => name).filter(name => !used.has(name)), []);
  t.end();
});

t.test('the example scenarios read without a problem', t => {
  for (const file of readdirSync('lessons/scenarios')) {
    const { scenario, problems } = readScenarioFile(`lessons/scenarios/${file}`, cel);
    t.same(problems, [], file);
    if (scenario !== undefined) t.equal(withSeed(scenario, 99).seed, 99);
  }
  t.end();
});
