import { converge } from './converge.ts';
import { etcd } from './etcd.ts';
import { serve } from './serve.ts';
import { start } from './start.ts';
import type { Suite } from './suite.ts';

/** Every suite of `pilothouse bench`. */
export const suites: readonly Suite[] = [start, etcd, converge, serve];
