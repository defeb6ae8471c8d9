import t from 'tap';
import { micros, seconds } from '../../src/base/data.ts';
import { newKernel, openCluster } from '../../src/cluster/cluster.ts';
import { lookAt } from '../../src/cluster/view.ts';
import { isConditionStatus } from '../../src/api/condition.ts';
import type { Node } from '../../src/api/kinds/all.ts';
import { parseTime } from '../../src/api/time.ts';
import { parseTopology, presets, type Topology } from '../../src/cluster/topology.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import type { RuntimeState } from '../../src/kubelet/runtime.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';
import type { Kernel } from '../../src/sim/kernel.ts';
import type { World } from '../../src/sim/world.ts';
import { Timeline } from '../../src/sim/timeline.ts';
import { drawBelow, newStream } from '../../src/base/prng.ts';
import { Session } from '../../src/repl/session.ts';

const preset = (name: string): Topology => presets[name] as Topology;

t.test('every preset boots to rest, and the booted world of the build is the same run', t => {
  for (const [name, topology] of Object.entries(presets)) {
    const { kernel } = openCluster({ topology, seed: 1 });
    t.ok(kernel.world.now < seconds(60), `${name} is at rest after ${kernel.world.now / 1_000_000} s`);
    const booted = bootedWorld(topology, 1);
    t.ok(booted !== undefined, `${name} was booted in the build`);
    if (booted === undefined) continue;
    const loaded = openCluster({ topology, seed: 1, booted }).kernel;
    t.equal(loaded.digest, kernel.digest, `${name}: digest of the stored world`);
    const later = micros(kernel.world.now + seconds(15));
    for (const one of [kernel, loaded]) one.run({ until: later });
    t.equal(loaded.digest, kernel.digest, `${name}: it goes on in the same way`);
  }
  t.end();
});

t.test('the whole control plane is deterministic', t => {
  const straight = newKernel({ topology: preset('ha'), seed: 7 });
  straight.run({ until: seconds(40) });
  t.test('the same seed gives the same run', t => {
    const again = newKernel({ topology: preset('ha'), seed: 7 });
    again.run({ until: seconds(40) });
    t.equal(again.digest, straight.digest);
    const other = newKernel({ topology: preset('ha'), seed: 8 });
    other.run({ until: seconds(40) });
    t.not(other.digest, straight.digest);
    t.end();
  });
  t.test('conversations rebuilt after each answer give the same run', t => {
    const verified = newKernel({ topology: preset('ha'), seed: 7, verify: true });
    verified.run({ until: seconds(40) });
    t.equal(verified.digest, straight.digest);
    t.end();
  });
  t.test('a world that goes through JSON in the middle gives the same run', t => {
    let kernel = newKernel({ topology: preset('ha'), seed: 7 });
    for (const cut of [0.3, 0.9, 1.7, 2.9, 3.3, 7.7, 21.2]) {
      kernel.run({ until: seconds(cut) });
      const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(kernel.world))));
      if (!loaded.ok) throw new Error(loaded.error);
      kernel = newKernel({ topology: preset('ha'), seed: 7 });
      kernel.restore(loaded.value);
    }
    kernel.run({ until: seconds(40) });
    t.equal(kernel.digest, straight.digest);
    t.end();
  });
  t.test('a checkpoint every second changes nothing', t => {
    const kernel = newKernel({ topology: preset('ha'), seed: 7 });
    for (let at = 1; at <= 40; at++) { kernel.run({ until: seconds(at) }); kernel.checkpoint(); }
    t.equal(kernel.digest, straight.digest);
    t.end();
  });
  t.end();
});

/** Work and faults for a cluster, typed at its prompt. */
const BUSY = [
  'kubectl create deployment web --image=nginx --replicas=4', 'kubectl expose deployment web --port=80', 'advance 3s', 'fault delay 40ms cp-2/etcd', 'kubectl scale deployment web --replicas=6',
  'fault drop 10% cp-3/etcd', 'fault crash cp-1/kube-apiserver', 'advance 20s', 'fault crash worker-1', 'kubectl create configmap c --from-literal=a=b', 'advance 60s', 'heal all',
  'kubectl set image deployment/web nginx=nginx:1.28', 'fault partition cp-1 | cp-2 cp-3', 'advance 15s', 'heal all', 'kubectl delete deployment web', 'advance 20s',
];

t.test('a cluster at work, with faults, is deterministic too: with conversations rebuilt, and through JSON at random points', t => {
  const options = { topology: preset('ha'), seed: 11 };
  const session = new Session({ ...options, lang: 'en', lessonsFolder: 'lessons', topologyOf: name => presets[name] });
  for (const line of BUSY) session.run(line);
  const { journal, handled, at, digest } = session.toSave();
  t.ok(handled > 10_000 && journal.length > 10, `${handled} events, ${journal.length} entries in the journal`);
  const replay = (verify: boolean, cuts: readonly number[]): string => {
    let { kernel } = openCluster({ ...options, verify });
    const goTo = (event: number): void => { if (event > kernel.events) kernel.run({ eventsMax: event - kernel.events }); };
    for (const entry of [...journal, undefined]) {
      const end = entry?.handled ?? handled;
      for (const cut of cuts.filter(event => event > kernel.events && event < end)) {
        goTo(cut);
        const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(kernel.world))));
        if (!loaded.ok) throw new Error(loaded.error);
        kernel = newKernel({ ...options, verify });
        kernel.restore(loaded.value);
      }
      goTo(end);
      kernel.run({ until: entry?.at ?? at });
      if (entry !== undefined) new Timeline(kernel).act(entry.action);
    }
    return kernel.digest;
  };
  const stream = newStream(11, 'cuts');
  const cuts = Array.from({ length: 6 }, () => 2000 + drawBelow(stream, handled - 2000)).sort((a, b) => a - b);
  t.equal(replay(true, []), digest, 'rebuilt after each answer');
  t.equal(replay(false, cuts), digest, `through JSON after ${cuts.join(', ')} events`);
  t.end();
});

t.test('a world that begins later does the same, later', t => {
  const begins = micros(parseTime('2026-11-22T18:57:16Z') ?? 0);
  const early = openCluster({ topology: preset('default'), seed: 3 }).kernel;
  const late = openCluster({ topology: preset('default'), seed: 3, begins }).kernel;
  for (const [kernel, from] of [[early, 0], [late, begins]] as const) kernel.run({ until: micros(from + seconds(600)) });
  t.equal(late.events, early.events);
  t.equal(lookAt(late).get('Namespace', '', 'default')?.metadata.creationTimestamp, '2026-11-22T18:57:17Z');
  t.ok(lookAt(late).list('Node').every(node => isConditionStatus((node as Node).status?.conditions, 'Ready')), 'nobody takes the first heartbeat for a late one');
  t.end();
});

t.test('a topology file', t => {
  const good = parseTopology({ name: 'mine', controlPlanes: 1, nodes: [{ name: 'big-{n}', count: 2, labels: { disk: 'ssd' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }], capacity: { cpu: 8 }, zone: 'z1' }] });
  t.ok(good.ok && good.value.machines.map(({ name }) => name).join() === 'cp-1,big-1,big-2');
  const cases: readonly (readonly [unknown, string])[] = [
    [{ controlPlanes: 0 }, 'expected at least one control-plane machine'],
    [{ workers: -1 }, 'workers: expected a whole number'],
    [{ nodes: [{ name: 'a', count: 2 }] }, 'nodes[0].name: with count 2 the name needs {n}'],
    [{ nodes: [{ name: 'a' }, { name: 'a' }] }, 'the name "a" is used twice'],
    [{ nodes: [{ name: 'Bad_Name' }] }, '"Bad_Name" is not a node name'],
    [{ nodes: [{ name: 'a', taints: [{ key: 'x', effect: 'Never' }] }] }, 'nodes[0].taints[0].effect: expected NoSchedule'],
    [{ typo: 1 }, 'typo: unknown field; expected one of'],
    ['ha', 'topology: expected fields'],
  ];
  for (const [data, problem] of cases) {
    const parsed = parseTopology(data);
    t.ok(!parsed.ok && parsed.error.some(text => text.includes(problem)), `${JSON.stringify(data)}: ${parsed.ok ? 'accepted' : parsed.error.join('; ')}`);
  }
  t.end();
});


/** A run in which components fall and are mended, cut at some places by a trip through JSON. */
function troubled(cuts: readonly number[]): { readonly digest: string; readonly attempts: readonly string[] } {
  const topology = preset('default');
  const reopened = (world?: World): Kernel => {
    const kernel = newKernel({ topology, seed: 3 });
    if (world === undefined) return kernel;
    const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(world))));
    if (!loaded.ok) throw new Error(loaded.error);
    kernel.restore(loaded.value);
    return kernel;
  };
  const begin = (kernel: Kernel, line: string): void => {
    const [name = '', ...words] = line.split(' ');
    const kind = kernel.faultKinds.find(one => one.name === name);
    const args = kind?.parse(words, kernel.targets);
    if (kind === undefined || args?.ok !== true) throw new Error(line);
    kernel.inject(name, args.value, words);
  };
  const mend = (kernel: Kernel): void => { for (const { id } of kernel.world.faults) kernel.heal(id); };
  const deeds: readonly (readonly [at: number, deed: (kernel: Kernel) => void])[] = [
    [20, kernel => { begin(kernel, 'crash kube-scheduler'); }], [45, kernel => { begin(kernel, 'pause kube-controller-manager'); }], [70, mend],
    [90, kernel => { begin(kernel, 'crash cp-1/containerd'); }], [100, kernel => { begin(kernel, 'crash etcd'); }], [130, mend], [150, kernel => { begin(kernel, 'crash cp-1'); }], [180, mend], [240, () => undefined],
  ];
  let kernel = reopened();
  const left = [...cuts];
  for (const [at, deed] of deeds) {
    while (left.length > 0 && (left[0] ?? 0) <= at) {
      kernel.run({ until: seconds(left.shift() ?? 0) });
      kernel = reopened(kernel.world);
    }
    kernel.run({ until: seconds(at) });
    deed(kernel);
  }
  const { containers } = kernel.stateOf<RuntimeState>('cp-1/containerd') as RuntimeState;
  const found = [...containers.values()].filter(({ info }) => info.podName.endsWith('-cp-1')).map(({ info }) => `${info.name} ${info.state} ${info.exitCode}`);
  return { digest: kernel.digest, attempts: [...new Set(found.filter(line => line.includes('RUNNING')))].sort() };
}

t.test('components that fall and are mended: the same run through JSON at any place', t => {
  const straight = troubled([]);
  t.same(straight.attempts, ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(name => `${name} CONTAINER_RUNNING 0`), 'at the end each of them runs in a container');
  t.equal(troubled([20.5, 31.3, 46, 55.5, 70.01, 93, 101, 130.05, 155, 180.02, 183]).digest, straight.digest);
  t.end();
});
