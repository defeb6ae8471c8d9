import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { schedule } from '../../src/scheduler/cycle.ts';
import { fitError } from '../../src/scheduler/diagnosis.ts';
import type { Plugin } from '../../src/scheduler/framework/plugin.ts';
import { newNodeResourcesBalancedAllocation } from '../../src/scheduler/plugins/node-resources-balanced-allocation.ts';
import { newNodeResourcesFit } from '../../src/scheduler/plugins/node-resources-fit.ts';
import { plugins } from '../../src/scheduler/plugins/registry.ts';
import { leastAllocated, mostAllocated } from '../../src/scheduler/plugins/resource-scorers.ts';
import { type DisruptionBudget, dryRun, pickCandidate, preempt } from '../../src/scheduler/preemption.ts';
import { filterAlone, type Manifest, podOf, scoreAlone, snapshotOf } from './world.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
interface Case { id: string; name: string; plugin: string; pod: Manifest; nodes: Manifest[]; existingPods?: Manifest[]; namespaces?: Manifest[]; objects?: Manifest[]; config?: any; expect: any }

const cases = ['scheduler', 'own-scheduler'].flatMap(file => (parse(readFileSync(`test/vectors/${file}.yaml`, 'utf8')) as { cases: Case[] }).cases);

/** Plugins whose cases are passed over, with the reason. */
const absent: Record<string, string> = {
  VolumeBinding: 'nothing binds claims to volumes, and pods do not wait for theirs', VolumeZone: 'volumes are not looked at', NodeVolumeLimits: 'volumes are not looked at',
};

function pluginOf({ plugin, config }: Case): Plugin | undefined {
  const strategy = config?.scoringStrategy;
  if (strategy !== undefined) return newNodeResourcesFit({ resources: strategy.resources, scorer: strategy.type === 'MostAllocated' ? mostAllocated : leastAllocated });
  if (plugin === 'NodeResourcesBalancedAllocation' && config?.resources !== undefined) return newNodeResourcesBalancedAllocation(config.resources);
  return plugins.find(({ name }) => name === plugin);
}

const budgetsOf = (one: Case): readonly DisruptionBudget[] => (one.objects ?? []).filter(object => object['kind'] === 'PodDisruptionBudget') as unknown as readonly DisruptionBudget[];

function checkPreemption(t: any, one: Case): void {
  const snapshot = snapshotOf(one.nodes, one.existingPods);
  const pod = podOf(one.pod);
  const result = schedule({ plugins, pod, snapshot, start: 0, draw: () => 0, explain: false });
  const want = one.expect.preemption;
  // In one case a node would take the pod without eviction; the dry run is asked about the other all the same.
  const fit = result.chosen !== undefined;
  const { diagnosis, run } = fit ? forced(one) : result;
  const input = { run, diagnosis, snapshot, budgets: budgetsOf(one), draw: () => 0 };
  const { candidates } = dryRun(input);
  if (want.candidates !== undefined) {
    const byNode = Object.fromEntries(candidates.map(({ node, victims }) => [node, victims.map(victim => victim.metadata.name).sort()]));
    t.same(byNode, want.candidates, `${one.id} victims`);
  }
  if (want.pdbViolations !== undefined) t.same(Object.fromEntries(candidates.map(({ node, violations }) => [node, violations])), want.pdbViolations, `${one.id} violations`);
  if (want.nominatedNode !== undefined && want.messageContains === undefined) t.equal(pickCandidate(candidates)?.node ?? null, want.nominatedNode, `${one.id} node`);
  if (want.messageContains !== undefined) {
    const preempted = preempt(input);
    const text = fitError(diagnosis, 'message' in preempted ? `preemption: ${preempted.message}` : '');
    t.ok(text.includes(want.messageContains), `${one.id}: ${text}`);
  }
}

/** The failed cycle of a case in which only the first node is offered. */
function forced(one: Case): Extract<ReturnType<typeof schedule>, { chosen: undefined }> {
  const result = schedule({ plugins, pod: podOf(one.pod), snapshot: snapshotOf(one.nodes.slice(0, 1), one.existingPods), start: 0, draw: () => 0, explain: false });
  if (result.chosen !== undefined) throw new Error(`${one.id} fits`);
  return result;
}

t.test('every recorded case gives the recorded result', async (t) => {
  const passedOver = new Map<string, number>();
  for (const one of cases) {
    const why = absent[one.plugin];
    if (why !== undefined) { passedOver.set(`${one.plugin}: ${why}`, (passedOver.get(`${one.plugin}: ${why}`) ?? 0) + 1); continue; }
    const title = `${one.id} ${one.plugin}: ${one.name}`;
    if (one.expect.preemption !== undefined) { checkPreemption(t, one); continue; }
    const snapshot = snapshotOf(one.nodes, one.existingPods, { ...(one.namespaces !== undefined ? { namespaces: one.namespaces } : {}) });
    const pod = podOf(one.pod);
    if (one.expect.messageStartsWith !== undefined) {
      const result = schedule({ plugins, pod, snapshot, start: 0, draw: () => 0, explain: false });
      t.ok(result.chosen === undefined && fitError(result.diagnosis, '').startsWith(one.expect.messageStartsWith), title);
      continue;
    }
    const plugin = pluginOf(one);
    if (plugin === undefined) { t.fail(`${title}: no such plugin`); continue; }
    if (one.expect.filter !== undefined) {
      const want = Object.fromEntries(Object.entries<any>(one.expect.filter).map(([node, { feasible, reasons, reasonsNewer, code, codeNewer }]) => [
        node, feasible ? { feasible } : { feasible, reasons: reasonsNewer ?? reasons, code: codeNewer ?? code },
      ]));
      t.same(filterAlone(plugin, pod, snapshot), want, title);
    }
    if (one.expect.scores !== undefined) {
      const scores = scoreAlone(plugin, pod, snapshot);
      // A plugin that opts out gives every node the same.
      t.same(scores === 'Skip' ? Object.fromEntries(one.nodes.map(node => [node['metadata'].name, 0])) : scores, one.expect.scores, title);
    }
    if (one.expect.preScore === 'Skip') t.equal(scoreAlone(plugin, pod, snapshot), 'Skip', title);
  }
  for (const [why, count] of passedOver) t.comment(`${count} cases passed over — ${why}`);
});
