/** A value of the cycle that preemption must copy before it tries things out. */
export interface Cloneable { clone(): Cloneable }

const isCloneable = (value: unknown): value is Cloneable => typeof (value as { clone?: unknown } | null)?.clone === 'function';

/**
 * What plugins remember within one scheduling cycle, by key of their own. It never outlives the cycle.
 *
 * @source pkg/scheduler/framework/cycle_state.go
 */
export class CycleState {
  readonly #values: Map<string, unknown>;
  constructor(values: Map<string, unknown> = new Map()) { this.#values = values; }

  read<T>(key: string): T | undefined { return this.#values.get(key) as T | undefined; }
  write(key: string, value: unknown): void { this.#values.set(key, value); }

  /** A copy in which trials change nothing of the original. */
  clone(): CycleState {
    const copy = new Map<string, unknown>();
    for (const [key, value] of this.#values) copy.set(key, isCloneable(value) ? value.clone() : value);
    return new CycleState(copy);
  }
}
