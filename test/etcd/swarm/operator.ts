import type { EtcdRequest } from '../../../src/etcd/contract.ts';
import { clusterOn, memberOn } from '../../../src/etcd/member.ts';
import type { EtcdMember } from '../../../src/etcd/member-state.ts';
import { isJoint } from '../../../src/etcd/raft/conf-change.ts';
import { newProposal } from '../../../src/etcd/raft/types.ts';
import type { ConfChange } from '../../../src/etcd/raft/types.ts';
import type { Cluster } from '../harness.ts';

/** µs until the same step is asked for again. */
const PATIENCE = 400_000;

/**
 * The people who run the cluster: they replace members that lost their disk, add a machine as learner, promote it and remove it again, hand leadership over,
 * and demote voters several at a time. They look at the cluster and do the next step, until it is as it was.
 */
export class Operator {
  readonly #cluster: Cluster;
  readonly #config: object;
  /** Machines whose disk is gone, with the id that must leave, and the fault that keeps them down. */
  readonly #replacing = new Map<string, { old: string; fault: number }>();
  /** An extra machine: joining, serving until then, leaving. */
  #extra: { readonly name: string; readonly until: number; spawned: boolean; leaving: boolean } | undefined;
  /** Extra machines that have left; whatever still runs there is no part of the cluster. */
  readonly #retired = new Set<string>();
  #hasLate = false;
  readonly #size: number;
  #spare: number;
  /** What was asked for last, and when: the same again only after a while. */
  readonly #asked = new Map<string, number>();
  #demoted: readonly string[] = [];
  #restoreAt = 0;

  constructor(cluster: Cluster, config: object) {
    this.#cluster = cluster;
    this.#config = config;
    this.#size = cluster.names.length;
    this.#spare = this.#size + 1;
  }

  get isIdle(): boolean { return this.#replacing.size === 0 && this.#extra === undefined && this.#demoted.length === 0 && !this.#hasLate; }

  /** Members of the cluster as it is now: those that answer clients. */
  get serving(): readonly string[] {
    return this.#cluster.names.filter(name => !this.#replacing.has(name) && !this.#retired.has(name) && name !== this.#extra?.name);
  }

  /** Whether a machine is getting a new member in place of one that lost its disk. */
  replaces(name: string): boolean { return this.#replacing.has(name); }

  begin(act: string, who: string): void {
    const { kernel } = this.#cluster;
    if (act === 'replace') this.#replace(who);
    if (act === 'grow' && this.#extra === undefined) {
      this.#extra = { name: `m${this.#spare++}`, until: kernel.world.now + 3_000_000, spawned: false, leaving: false };
    }
    if (act === 'joint') this.#demote();
    if (act === 'move-leader') this.#moveLeader();
  }

  #replace(who: string): void {
    if (who === this.#extra?.name || this.#retired.has(who)) return;
    const leader = this.#cluster.leader;
    const old = leader === undefined ? undefined : memberAt(leader, who);
    // One at a time, and only while enough others run: whoever replaces two of three members at once has lost the cluster.
    const others = this.#cluster.members.filter(({ id, settings, status }) => settings.name !== who && status === 'running' && leader?.members.has(id) === true).length;
    if (old === undefined || this.#replacing.size > 0 || others * 2 <= (leader?.members.size ?? 0)) return;
    this.#replacing.set(who, { old, fault: this.#cluster.fault('lost-disk', `${who}/etcd`) });
  }

  #demote(): void {
    const { leader, kernel } = this.#cluster;
    if (leader === undefined || this.#demoted.length > 0 || isJoint(leader.raft.membership)) return;
    const voters = leader.raft.membership.voters.filter(id => id !== leader.id);
    if (voters.length < 4) return;
    this.#demoted = voters.slice(0, 2);
    this.#restoreAt = kernel.world.now + 1_500_000;
    this.#change('addLearnerNode');
  }

  /** Only the log can say that voters change by twos; etcd's own requests change one at a time. */
  #change(type: 'addLearnerNode' | 'addNode'): void {
    const change: ConfChange = Object.freeze({ transition: 'jointImplicit', changes: this.#demoted.map(id => Object.freeze({ type, id })) });
    this.#cluster.leader?.proposals.push(newProposal(change, 0, 'confChange'));
  }

  #moveLeader(): void {
    const { leader, names } = this.#cluster;
    if (leader === undefined) return;
    const target = [...leader.members.values()].find(({ id, isLearner }) => id !== leader.id && !isLearner);
    const name = names.find(one => this.#cluster.member(one)?.id === leader.id);
    if (target !== undefined && name !== undefined) this.#cluster.ask(name, { op: 'moveLeader', args: { targetId: target.id } });
  }

  /** Does the next step of everything that is under way. */
  work(): void {
    const { leader, kernel } = this.#cluster;
    if (leader === undefined) return;
    for (const [who, state] of this.#replacing) this.#nextOfReplacing(leader, who, state);
    this.#nextOfExtra(leader);
    this.#sweep(leader);
    if (kernel.world.now >= this.#restoreAt && !isJoint(leader.raft.membership)) this.#nextOfDemoted(leader);
  }

  /** Voters that are learners now, by whichever leader the demotion came to be committed, become voters again. */
  #nextOfDemoted(leader: EtcdMember): void {
    this.#demoted = leader.raft.membership.learners.filter(id => leader.members.get(id)?.isLearner === false);
    if (this.#demoted.length > 0 && this.#mayAsk('restore')) this.#change('addNode');
  }

  #nextOfReplacing(leader: EtcdMember, who: string, { old, fault }: { old: string; fault: number }): void {
    if (leader.members.has(old)) return this.#ask(leader, { op: 'memberRemove', args: { id: old } });
    if (memberAt(leader, who) === undefined) return this.#ask(leader, { op: 'memberAdd', args: { peerURLs: [urlOf(who)] } });
    this.#cluster.kernel.heal(fault);
    const fresh = this.#cluster.member(who);
    if (fresh?.status === 'running' && fresh.raft.log.applied > 0) this.#replacing.delete(who);
    // It asked one that had not heard of the change, took the old id and stopped when it was told: its disk is emptied once more.
    if (fresh?.status === 'removed') this.#replacing.set(who, { old, fault: this.#cluster.fault('lost-disk', `${who}/etcd`) });
  }

  #nextOfExtra(leader: EtcdMember): void {
    const extra = this.#extra;
    if (extra === undefined) return;
    const { kernel } = this.#cluster;
    const id = memberAt(leader, extra.name);
    if (extra.leaving) {
      if (id !== undefined) return this.#ask(leader, { op: 'memberRemove', args: { id } });
      kernel.crash(memberOn(extra.name));
      this.#retired.add(extra.name);
      this.#extra = undefined;
      return;
    }
    if (id === undefined) return this.#ask(leader, { op: 'memberAdd', args: { peerURLs: [urlOf(extra.name)], isLearner: true } });
    if (!extra.spawned) {
      extra.spawned = true;
      const names = [...this.#cluster.names, extra.name];
      this.#cluster.spawnMore(extra.name, { ...this.#config, initialCluster: clusterOn(names), initialClusterState: 'existing' });
    }
    // A cluster of one stays so: if the second of two is removed while the first is down, nobody is left to say that it was.
    if (this.#size > 1 && leader.members.get(id)?.isLearner === true) this.#ask(leader, { op: 'memberPromote', args: { id } });
    if (kernel.world.now >= extra.until) extra.leaving = true;
  }

  /** A wish to add a machine that was done late, after it had been removed again, is taken back. */
  #sweep(leader: EtcdMember): void {
    const late = [...this.#retired].map(name => memberAt(leader, name)).filter(id => id !== undefined);
    this.#hasLate = late.length > 0;
    for (const id of late) this.#ask(leader, { op: 'memberRemove', args: { id } });
  }

  #mayAsk(what: string): boolean {
    const { now } = this.#cluster.kernel.world;
    if (now < (this.#asked.get(what) ?? -Infinity) + PATIENCE) return false;
    this.#asked.set(what, now);
    return true;
  }

  #ask(leader: EtcdMember, request: EtcdRequest): void {
    if (this.#mayAsk(`${request.op} ${JSON.stringify(request.args)}`)) this.#cluster.ask(leader.settings.name, request);
  }
}

const urlOf = (name: string): string => `http://${name}:2380`;
const memberAt = (leader: EtcdMember, name: string): string | undefined =>
  [...leader.members.values()].find(({ peerURLs }) => peerURLs.includes(urlOf(name)))?.id;
