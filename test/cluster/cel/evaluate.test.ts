import t from 'tap';
import { micros } from '../../../src/base/data.ts';
import { createCel } from '../../../src/cluster/cel/evaluate.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { newFakeWorld, pod, typed, viewOf } from '../../lessons/fake-view.ts';

const world = newFakeWorld();
world.objects.push(
  pod('web', { node: 'worker-1', createdAt: '2026-01-01T00:00:20Z' }), pod('waits', { phase: 'Pending' }), pod('dns', { namespace: 'kube-system', node: 'cp-1' }),
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop', namespace: 'default' }, spec: { replicas: 3 }, status: { readyReplicas: 2 } } as unknown as KubeObject,
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'cp-1' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } } as unknown as KubeObject,
);
world.lines.push(typed('kubectl get pods', 'NAME'), typed('kubectl run x', '', 1, 'Error'));
world.notes.push({ id: 1, event: 1, cause: 0, at: micros(5), process: 'cp-1/etcd', type: 'etcd.put', fields: { key: '/a' } });
const view = viewOf(world);
const cel = createCel();

t.test('a condition answers true, false, or that something is not there yet', t => {
  const cases: { text: string; want: 'true' | 'false' | 'error'; because?: RegExp }[] = [
    { text: 'pods("default").size() == 2', want: 'true' },
    { text: 'pods().size() == 3', want: 'true' },
    { text: 'pods("default").filter(p, p.status.phase == "Running").size() == 1', want: 'true' },
    { text: 'pods("default").exists(p, p.spec.nodeName == "worker-1")', want: 'true' },
    { text: 'pods("default").exists(p, p.spec.nodeName == "worker-9")', want: 'false', because: /nodeName/ },
    { text: 'pods("default").filter(p, p.spec.?nodeName.orValue("") == "").size() == 1', want: 'true' },
    { text: 'pod("default", "none") == null', want: 'true' },
    { text: 'pod("default", "none").status.phase == "Running"', want: 'false', because: /Not there yet: `pod\("default", "none"\)\.status`/ },
    { text: 'get("Deployment", "default", "shop").spec.replicas == 3', want: 'true' },
    { text: 'get("Deployment", "default", "shop").spec.replicas - get("Deployment", "default", "shop").status.readyReplicas == 1', want: 'true' },
    { text: 'get("Deployment", "default", "shop").spec.replicas + 1 == 4', want: 'true' },
    { text: 'get("Deployment", "default", "shop").spec.replicas % 2 == 1', want: 'true' },
    { text: 'get("Node", "cp-1").status.conditions.exists(c, c.type == "Ready" && c.status == "True")', want: 'true' },
    { text: 'node("cp-1") != null && nodes().size() == 1', want: 'true' },
    { text: 'etcd.leader == "cp-1" && etcd.term > 1 && etcd.members.all(m, m.alive)', want: 'true' },
    { text: 'typed.exists(l, l.matches("get +(po|pods)"))', want: 'true' },
    { text: 'lines.exists(l, l.exit != 0 && l.stderr.contains("Error"))', want: 'true' },
    { text: 'secondsSince(pod("default", "web").metadata.creationTimestamp) == 40', want: 'true' },
    { text: 'now == 60 && since == 50 && now != 61', want: 'true' },
    { text: 'answered("first") && !answered("second")', want: 'true' },
    { text: 'process("cp-1/etcd").status == "running" && process("x/y") == null', want: 'true' },
    { text: 'notes("etcd.put").exists(n, n.fields.key == "/a")', want: 'true' },
    { text: 'nodes()[3].metadata.name == "x"', want: 'false', because: /Not there yet/ },
    { text: 'lease("kube-system", "kube-scheduler").spec.holderIdentity != ""', want: 'false' },
    { text: 'pods("default")[0].metadata.name > 3', want: 'error' },
    { text: 'pods("default")[0].metadata.name', want: 'error', because: /true or false/ },
  ];
  for (const { text, want, because } of cases) {
    const compiled = cel.condition(text);
    if (!compiled.ok) { t.fail(`${text}: ${compiled.error.message.en}`); continue; }
    const verdict = compiled.value.holds({ view, since: micros(10_000_000), answered: ['first'] });
    t.equal(verdict.state, want, text);
    if (because !== undefined) t.match('because' in verdict ? verdict.because?.en : '', because, text);
  }
  t.end();
});

t.test('a text that is no condition is refused with its place and what was expected', t => {
  const cases: { text: string; at: number; message: RegExp }[] = [
    { text: 'pods("default").size() +', at: 24, message: /ends too early/ },
    { text: 'pod("x")', at: 0, message: /`pod\(string, string\)`/ },
    { text: 'pods(1) == []', at: 0, message: /`pods\(string\)`/ },
    { text: 'podz("a").size() == 1', at: 0, message: /Did you mean .*`pods`/ },
    { text: 'etc.leader == "a"', at: 0, message: /Did you mean `etcd`/ },
    { text: 'pods("a").fliter(p, true).size() == 1', at: 17, message: /`fliter` is not known. Did you mean `filter`/ },
    { text: 'pods("a").size()', at: 0, message: /Expected a condition .* gives int/ },
    { text: 'pods("a") === 1', at: 12, message: /./ },
    { text: 'x'.repeat(5000), at: 4000, message: /too long/ },
  ];
  for (const { text, at, message } of cases) {
    const compiled = cel.condition(text);
    t.equal(compiled.ok, false, text.slice(0, 40));
    if (compiled.ok) continue;
    t.match(compiled.error.message.en, message, text.slice(0, 40));
    t.match(compiled.error.message.ko, /요[.?]|:/, text.slice(0, 40));
    if (at >= 0) t.equal(compiled.error.at, at, `${text.slice(0, 40)}: place`);
  }
  t.end();
});

t.test('values come back as plain data, and an evaluation leaves nothing behind', t => {
  const value = (text: string): unknown => {
    const compiled = cel.compile(text);
    if (!compiled.ok) return compiled.error.message.en;
    const outcome = compiled.value.evaluate({ view });
    return outcome.state === 'value' ? outcome.value : outcome.message.en;
  };
  t.equal(value('pods("default").size()'), 2);
  t.same(value('pods("default").map(p, p.metadata.name)'), ['web', 'waits']);
  t.same(value('[1, 2 + 3]'), [1, 5]);
  t.equal(value('pod("default", "none")'), null);
  t.equal(cel.compile('now > 1'), cel.compile('now > 1'), 'compiled once');
  t.end();
});
