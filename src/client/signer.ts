/**
 * Who signs certificates where the authority's key is outside the simulation: a process that keeps what is to be signed until the outside has done it. Of a
 * cluster that is not served over https it is no part.
 */
import { type NodeName, type ProcessId, processId } from '../base/data.ts';
import { defineProcess, type Input, type Outbox } from '../sim/process.ts';

/** Asks for the signature of some bytes (a byte string); answered by `reply` with the same number. */
export interface SignMessage { readonly type: 'sign'; readonly id: number; readonly bytes: string }
/** From outside: the signature under its number. */
export interface SignedMessage { readonly type: 'signer.signed'; readonly number: number; readonly signature: string }

/** Plain state: what waits, oldest first. */
export interface SignerState { next: number; waiting: { readonly number: number; readonly from: ProcessId; readonly id: number; readonly bytes: string }[] }

/** The process. */
export const SIGNER = processId('pki', 'signer');
export const signerSpec = (): { readonly id: ProcessId; readonly kind: string; readonly node: NodeName; readonly config: object } => ({ id: SIGNER, kind: 'signer', node: 'pki' as NodeName, config: {} });
/** What may wait; the outside is quick, so that only a mistake makes more. */
const WAITING_MAX = 1000;

export const signer = defineProcess<SignerState, SignMessage | SignedMessage, object>({
  kind: 'signer',
  mailboxMax: 10_000,
  boot: () => ({ next: 1, waiting: [] }),
  step(state, input, out) {
    if (input.type === 'message') take(state, input, out);
    else if (input.type === 'connectionLost') state.waiting = state.waiting.filter(({ from }) => from !== input.peer);
  },
});

function take(state: SignerState, { from, body }: Input<SignMessage | SignedMessage> & { readonly type: 'message' }, out: Outbox): void {
  if (body.type === 'sign') {
    if (state.waiting.length < WAITING_MAX) state.waiting.push(Object.freeze({ number: state.next++, from, id: body.id, bytes: body.bytes }));
    return;
  }
  const found = state.waiting.find(({ number }) => number === body.number);
  if (found === undefined || from !== '') return;
  state.waiting = state.waiting.filter(one => one !== found);
  out.send(found.from, { type: 'reply', id: found.id, body: body.signature });
}
