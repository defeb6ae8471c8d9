import type { Micros } from '../../base/data.ts';
import type { Event } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';

/** An object with what its description shows beside it. */
export interface Described<T extends KubeObject = KubeObject> {
  readonly object: T;
  /** Undefined = not shown. */
  readonly events: readonly Event[] | undefined;
  readonly now: Micros;
}
