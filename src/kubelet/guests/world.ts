/** What programs in containers that are clients of the API have of the outside. */
import type { ProcessId } from '../../base/data.ts';
import type { Outbox } from '../../sim/process.ts';

/** The machine as a program sees it, with timers of its own; and the program's arguments. */
export interface GuestWorld { readonly out: Outbox; readonly args: readonly string[] }

/** The kubelet of a node. */
export const kubeletOf = (node: string): ProcessId => `${node}/kubelet` as ProcessId;
