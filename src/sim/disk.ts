/**
 * The simulated disk: a table of records per process. A write reaches it as a whole when it is synced.
 *
 * @fidelity simplified: no bandwidth, no read latency; writes of one process are synced in order
 */

/** One synced append on a virtual SSD, µs: 2.3 KB written with O_DSYNC took 0.18 ms where this was measured. */
const SYNC_BASE = 150;
const SYNC_JITTER = 100;

/** How long a synced write takes, µs. `random` is in `[0, 65536)`. */
export function planWrite(random: number): number {
  return SYNC_BASE + ((SYNC_JITTER * random) >> 16);
}
