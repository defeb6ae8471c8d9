/** One piece of what the transcript shows: one or more lines without escape codes. */
export interface Chunk {
  readonly stream: 'input' | 'stdout' | 'stderr' | 'tutor' | 'cluster' | 'note';
  readonly text: string;
  /** On `stderr`: words of pilothouse itself, in which names stand between backticks. */
  readonly spoken?: boolean;
}

/** What a stretch of the typed line is; offsets are UTF-16, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly style: 'command' | 'resource' | 'flag' | 'value' | 'string' | 'error' | 'comment';
}

/** A pod as the map shows it; `status` is the STATUS column of `kubectl get pods`. */
export interface MapPod {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly ready: boolean;
}

/** A process on a machine; `leader` marks the holder of a lease or the Raft leader. */
export interface MapComponent {
  readonly name: string;
  readonly status: 'running' | 'paused' | 'crashed';
  readonly leader: boolean;
}

/** A machine of the cluster; `ready` is the status of its Ready condition, '' when there is none. */
export interface MapNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker' | 'etcd';
  readonly up: boolean;
  readonly ready: 'True' | 'False' | 'Unknown' | '';
  readonly components: readonly MapComponent[];
  readonly pods: readonly MapPod[];
}

/** One member of etcd; numbers are 0 and the role is '' while it is down. */
export interface EtcdMemberView {
  readonly name: string;
  readonly status: 'running' | 'paused' | 'crashed';
  readonly role: 'leader' | 'follower' | 'candidate' | 'preCandidate' | 'learner' | 'removed' | '';
  readonly term: number;
  /** Index of the last entry of its log, of the last committed one and of the last applied one. */
  readonly last: number;
  readonly commit: number;
  readonly applied: number;
  readonly revision: number;
  readonly dbBytes: number;
  readonly quotaBytes: number;
  readonly alarms: readonly string[];
}

/** A message of Raft between two members that has not arrived. */
export interface EtcdLane {
  readonly from: string;
  readonly to: string;
  /** `MsgApp`, `MsgHeartbeat` … */
  readonly kind: string;
  /** Entries it brings (`+2`), how far it confirms (`#14`), or that it refuses (`✗14`). */
  readonly detail: string;
  /** Until it arrives, µs. */
  readonly inMicros: number;
}

/** The members of etcd and what is under way between them. */
export interface EtcdPicture {
  readonly term: number;
  /** Name of the leader of the newest term; '' = none. */
  readonly leader: string;
  readonly members: readonly EtcdMemberView[];
  readonly lanes: readonly EtcdLane[];
}

/** What the status line tells. */
export interface StatusLine {
  readonly clock: string;
  readonly speed: number;
  readonly paused: boolean;
  readonly seed: number;
  readonly cluster: string;
  readonly lesson: string;
  readonly busy: boolean;
  readonly faults: readonly string[];
  readonly branch: string;
}

/** One thing that happened in the cluster, for the Events tab. */
export interface HappenedEvent {
  readonly at: string;
  readonly who: string;
  readonly text: string;
  readonly kind: 'Normal' | 'Warning';
}

/** What may stand at the cursor: the text from offset `from` to the cursor is replaced by an item's text. */
export interface Completions {
  readonly from: number;
  readonly items: readonly { readonly text: string; readonly summary: string }[];
}

/** A session as the terminal screens see it; the screens know nothing else of the program. */
export interface SessionView {
  readonly lang: 'ko' | 'en';
  /** Tells every chunk from now on, also the echo of a begun line (stream `input`). */
  onChunk(listener: (chunk: Chunk) => void): void;
  /** Begins a line (may be several lines joined by \n, for example a pasted heredoc). Output comes as chunks. */
  begin(line: string): void;
  /** A line is still running (for example `kubectl get pods -w`). */
  readonly busy: boolean;
  /** Exit code of the last finished line; when absent, a line that wrote to stderr counts as failed. */
  readonly exitCode?: number;
  /** Ctrl-C: ends the running line as SIGINT would. */
  interrupt(): void;
  /** Lets real time pass: virtual time moves by speed × real unless paused; at most `budgetMs` of work. */
  tick(realMs: number, budgetMs: number): void;
  /** Works on the running line in virtual time as a script does: an endless command (`get -w`) ends when nothing has happened for a while. */
  work?(budgetMs: number): void;
  /** What is begun now goes to a program in a container (`kubectl exec -it`). */
  readonly takesInput?: boolean;
  /** That program does nothing until it gets more. */
  readonly waitsForInput?: boolean;
  /** Its unfinished line, for example `/ # `. */
  readonly inputPrompt?: string;
  /** The terminal shows what is typed: the program's own echo is dropped. */
  dropsEcho?: boolean;
  /** The end of input for that program (Ctrl-D). */
  typeEnd?(): void;
  /** A text that the running line wants edited (`kubectl edit`); time stands still until `finishEdit`. */
  readonly editing?: { readonly name: string; readonly text: string } | undefined;
  /** Ends the edit with this text. */
  finishEdit?(text: string): void;
  /** True when the text is an unfinished heredoc or quote: the editor goes on with a continuation line. */
  needsMore(text: string): boolean;
  /** The completion list at a cursor (UTF-16 offset). */
  complete(line: string, cursor: number): Completions;
  highlight(line: string): readonly Span[];
  /** Grey suggestion after the cursor, from history and grammar; '' = none. */
  suggest(line: string): string;
  /** Lines of earlier, oldest first. */
  readonly history: readonly string[];
  map(): readonly MapNode[];
  /** The members of etcd at this moment; undefined when there are none. */
  etcd(): EtcdPicture | undefined;
  /** The latest events, oldest first. */
  events(max: number): readonly HappenedEvent[];
  status(): StatusLine;
  readonly wantsQuit: boolean;
  /** Saves what must survive; called at exit and on signals. */
  close(): void;
}
