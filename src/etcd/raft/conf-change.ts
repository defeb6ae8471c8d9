import { assert } from '../../base/assert.ts';
import { compareText } from '../../base/compare.ts';
import { newProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import type { ConfChange, ConfChangeSingle, ConfState, MemberId } from './types.ts';

/**
 * Changes of membership: one voter at a time, or any number through a joint configuration in which both the old and
 * the new majority must agree.
 *
 * @source etcd-io/raft confchange/confchange.go; Ongaro's thesis, chapter 4
 */

export const isJoint = (config: ConfState): boolean => config.votersOutgoing.length > 0;

/** A change without changes ends a joint configuration. */
export const leavesJoint = (change: ConfChange): boolean =>
  change.transition === 'auto' && change.changes.length === 0;

/** Whether the change goes through a joint configuration. */
const entersJoint = (change: ConfChange): boolean =>
  change.transition !== 'auto' || change.changes.length > 1;

const add = (ids: readonly MemberId[], id: MemberId): readonly MemberId[] =>
  ids.includes(id) ? ids : [...ids, id].sort(compareText);

const drop = (ids: readonly MemberId[], id: MemberId): readonly MemberId[] =>
  ids.includes(id) ? ids.filter((other) => other !== id) : ids;

function withoutMember(config: ConfState, id: MemberId): ConfState {
  return {
    ...config, voters: drop(config.voters, id), learners: drop(config.learners, id),
    learnersNext: drop(config.learnersNext, id),
  };
}

function makeLearner(config: ConfState, id: MemberId): ConfState {
  if (config.learners.includes(id)) return config;
  const rest = withoutMember(config, id);
  // A voter of the outgoing half must not count as a learner yet: it still votes there.
  return config.votersOutgoing.includes(id)
    ? { ...rest, learnersNext: add(rest.learnersNext, id) }
    : { ...rest, learners: add(rest.learners, id) };
}

function applySingle(config: ConfState, { type, id }: ConfChangeSingle): ConfState {
  switch (type) {
    case 'addNode': {
      const rest = withoutMember(config, id);
      return { ...rest, voters: add(rest.voters, id) };
    }
    case 'addLearnerNode': return makeLearner(config, id);
    case 'removeNode': return withoutMember(config, id);
    case 'updateNode': return config;
  }
}

function leaveJoint(config: ConfState): ConfState {
  return {
    voters: config.voters, votersOutgoing: [], learnersNext: [], autoLeave: false,
    learners: config.learnersNext.reduce(add, config.learners),
  };
}

/** The configuration after a change, or the reason why it cannot be. */
export function changeConfig(config: ConfState, change: ConfChange): ConfState | string {
  if (leavesJoint(change)) return isJoint(config) ? leaveJoint(config) : "can't leave a non-joint config";
  if (isJoint(config)) {
    return entersJoint(change) ? 'config is already joint' : "can't apply simple config change in joint config";
  }
  const joint = entersJoint(change);
  const start = joint
    ? { ...config, votersOutgoing: config.voters, autoLeave: change.transition !== 'jointExplicit' }
    : config;
  const changed = change.changes.reduce(applySingle, start);
  if (changed.voters.length === 0) return 'removed all voters';
  const moved = changed.voters.filter((id) => !config.voters.includes(id)).length
    + config.voters.filter((id) => !changed.voters.includes(id)).length;
  return !joint && moved > 1 ? 'more than one voter changed without entering joint config' : changed;
}

/** Every member of a configuration, in order. */
export function memberIds(config: ConfState): readonly MemberId[] {
  const all = new Set([...config.voters, ...config.votersOutgoing, ...config.learners, ...config.learnersNext]);
  return [...all].sort(compareText);
}

/** The progress list of a configuration: known members keep theirs, new ones start at the end of the log. */
export function progressFor(config: ConfState, known: readonly Progress[], lastIndex: number): Progress[] {
  return memberIds(config).map((id) => {
    const isLearner = config.learners.includes(id);
    const old = known.find((progress) => progress.id === id);
    if (old !== undefined) {
      old.isLearner = isLearner;
      return old;
    }
    const fresh = newProgress({ id, match: 0, next: Math.max(lastIndex, 1), isLearner });
    // Or the next quorum check would depose the leader before the newcomer could answer.
    fresh.recentActive = true;
    return fresh;
  });
}

/** A configuration must name each member in one way. */
export function checkConfig(config: ConfState): void {
  for (const id of config.learners) {
    assert(!config.voters.includes(id) && !config.votersOutgoing.includes(id), 'raft: a learner that votes');
  }
  for (const id of config.learnersNext) {
    assert(config.votersOutgoing.includes(id), 'raft: a learner to be that is no outgoing voter');
  }
}
