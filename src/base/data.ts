/** JSON-shaped immutable value: the only thing that may live in a world, a message or a disk (beside `Table`). */
export type Data =
  | null | boolean | number | string
  | readonly Data[]
  | { readonly [key: string]: Data | undefined };

declare const brand: unique symbol;
/** A base type that cannot be confused with another of the same shape. */
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** Virtual time since the world began. Unit: whole microseconds (safe to 285 years). */
export type Micros = Brand<number, 'Micros'>;
/** Address of a process: `NODE/COMPONENT`, for example `cp-1/etcd`. */
export type ProcessId = Brand<string, 'ProcessId'>;
/** Name of a simulated machine, for example `worker-1`. */
export type NodeName = Brand<string, 'NodeName'>;

/** A value or the reason why there is none. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Marks a whole number of microseconds as virtual time. */
export const micros = (n: number): Micros => n as Micros;
/** Virtual time from milliseconds. */
export const millis = (n: number): Micros => Math.round(n * 1000) as Micros;
/** Virtual time from seconds. */
export const seconds = (n: number): Micros => Math.round(n * 1_000_000) as Micros;
/** Virtual time from minutes. */
export const minutes = (n: number): Micros => Math.round(n * 60_000_000) as Micros;

/** The address of a component on a machine. */
export const processId = (node: string, component: string): ProcessId => `${node}/${component}` as ProcessId;

/**
 * Freezes a value and everything below it, and returns it.
 * Already frozen parts are taken as wholly frozen, so freezing a new version of an object costs only its new spine.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) deepFreeze(value[i]);
  } else {
    for (const key in value) {
      const part = (value as Record<string, unknown>)[key];
      if (typeof part === 'object' && part !== null) deepFreeze(part);
    }
  }
  return value;
}
