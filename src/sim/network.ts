import { type Micros, seconds } from '../base/data.ts';

/**
 * The simulated network: how long a message takes and when a dead connection is noticed.
 *
 * @fidelity simplified: one latency class within a machine and one between machines; no bandwidth
 */

/** Loopback within a machine, µs: a system call and a copy on either side. */
const LOCAL_BASE = 30;
const LOCAL_JITTER = 20;
/** Between machines of one data centre, µs: about half the round trip that `ping` shows there (0.3–0.5 ms). */
const REMOTE_BASE = 180;
const REMOTE_JITTER = 120;

/**
 * When both ends give up a connection on which nothing arrives: 30 s without a frame, then a ping unanswered for 15 s.
 *
 * @source kubernetes/apimachinery pkg/util/net/http.go (HTTP2_READ_IDLE_TIMEOUT_SECONDS, HTTP2_PING_TIMEOUT_SECONDS)
 */
export const CONNECTION_TIMEOUT = seconds(45);

/** A stalled connection whose path is whole again is reset by the next retransmission, µs. */
export const RESET_AFTER_HEAL = 200_000;

/** Travel time, µs. `random` is in `[0, 65536)`. */
export function planLatency(local: boolean, random: number): Micros {
  const base = local ? LOCAL_BASE : REMOTE_BASE;
  const jitter = local ? LOCAL_JITTER : REMOTE_JITTER;
  return (base + ((jitter * random) >> 16)) as Micros;
}
