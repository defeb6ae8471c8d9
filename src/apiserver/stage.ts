/** What a stage of the request pipeline is. */
import type { Text } from '../base/text.ts';
import type { RequestRecord, Server } from './state.ts';

/** An answer that ends a request. `deliver` false = a watch has begun and answers for itself. */
export interface Reply {
  readonly code: number;
  readonly body: object;
  readonly watching?: boolean;
  /** With code 101: the stream that is open, by its number at a node's kubelet. */
  readonly stream?: { readonly call: number; readonly node: string };
}

/**
 * What a stage decides: undefined = go on; a reply = the end; `converse` = the rest of this stage must ask and wait, so it runs as a
 * conversation whose result is a `Reply`.
 */
export type Verdict =
  | undefined
  | { readonly reply: Reply }
  | { readonly converse: string; readonly args: object };

/** One gate on the way of a request. Plain code: it runs at once, and may read the server's state. */
export interface Stage {
  /** Upstream's name. */
  readonly name: string;
  /** What happens in it. */
  readonly summary: Text;
  /** Reads do not come here. */
  readonly writesOnly?: true | undefined;
  /** The upstream file that it models. */
  readonly source: string;
  readonly run: (request: RequestRecord, server: Server) => Verdict;
}

/** Declares a stage. All have one shape, because every request comes by each of them. */
export function defineStage({ name, summary, writesOnly, source, run }: Stage): Stage {
  return { name, summary, writesOnly, source, run };
}

/** Ends a request with an answer. */
export function replyWith(code: number, body: object): { readonly reply: Reply } {
  return { reply: { code, body } };
}

/** Ends a request with a Status, whose code is the answer's code. */
export function refuse(status: { readonly code: number }): { readonly reply: Reply } {
  return { reply: { code: status.code, body: status } };
}

/** Adds to what the trace shows of a request. */
export function note(request: RequestRecord, stage: string, what: string): void {
  request.stages = request.stages === '' ? `${stage}: ${what}` : `${request.stages} | ${stage}: ${what}`;
}
