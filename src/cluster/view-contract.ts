/**
 * The read-only look at the world that expressions, lessons and scenarios have: the committed API state, facts about components, and what the
 * learner typed. `view.ts` gives it.
 */
import type { CriContainer } from '../api/cri.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Micros } from '../base/data.ts';
import type { Note } from '../sim/trace.ts';

/** A line of the prompt and what came of it. Of the last line the texts are whole; those of lines before it end after `OUTPUT_KEPT` characters with a mark. */
export interface TypedLine {
  readonly line: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Characters of output that are kept of lines which others have followed, and in saved sessions. */
export const OUTPUT_KEPT = 10_000;

/** A whole line as it is kept. */
export function keptLine(typed: TypedLine): TypedLine {
  const { stdout, stderr } = typed;
  return stdout.length <= OUTPUT_KEPT && stderr.length <= OUTPUT_KEPT ? typed : { ...typed, stdout: keptText(stdout), stderr: keptText(stderr) };
}

const keptText = (text: string): string => (text.length <= OUTPUT_KEPT ? text : `${text.slice(0, OUTPUT_KEPT)}\n… (+${text.length - OUTPUT_KEPT})\n`);

/** A process as the kernel sees it. */
export interface ProcessFact {
  /** `cp-1/etcd` */
  readonly id: string;
  readonly kind: string;
  readonly node: string;
  readonly status: 'running' | 'paused' | 'crashed';
}

/** One etcd member. */
export interface EtcdMemberFact {
  readonly name: string;
  readonly alive: boolean;
  readonly leader: boolean;
  readonly term: number;
  readonly revision: number;
}

/** The etcd cluster; `leader` is '' while there is none. */
export interface EtcdFact {
  readonly leader: string;
  readonly term: number;
  /** Of the leader, or the greatest known. */
  readonly revision: number;
  /** Members alive and not cut off. */
  readonly alive: number;
  readonly members: readonly EtcdMemberFact[];
}

/** A request on its way through an API server. */
export interface RequestFact {
  /** `cp-1/kube-apiserver` */
  readonly server: string;
  /** Who asks. */
  readonly user: string;
  /** `create pods default/web` */
  readonly what: string;
  /** The stage of the pipeline in which it is. */
  readonly stage: string;
  /** What it waits for there: `etcd`, `webhook`, `hold` … */
  readonly waitsFor: string;
  readonly since: Micros;
}

/** Read-only look at the world. Answers are frozen and shared: never changed by who asks. */
export interface WorldView {
  readonly now: Micros;
  /** One object of the committed API state; namespace '' for cluster-wide kinds. `kind` as in the `kind` field. */
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  /** Objects by key order; without a namespace those of all namespaces. */
  list(kind: string, namespace?: string): readonly KubeObject[];
  processes(): readonly ProcessFact[];
  /** State of a process, to look at only. */
  stateOf(id: string): unknown;
  etcd(): EtcdFact;
  /** Requests on their way through the API servers, in order of arrival at each. */
  requests(): readonly RequestFact[];
  /** What the container runtime of a machine knows; empty when it is down. */
  cri(node: string): readonly CriContainer[];
  /** The kernel's service rules on a machine, as `iptables-save` prints them, one per item. */
  rules(node: string): readonly string[];
  /** Kept notes of the trace, all or of one type, in order of time. */
  notes(type?: string): readonly Note[];
  /** Lines of the prompt since the session or lesson began, oldest first; undo removes the last. */
  lines(): readonly TypedLine[];
}
