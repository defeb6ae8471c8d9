import { api } from './api.ts';
import { converge } from './converge.ts';
import { etcd } from './etcd.ts';
import { list } from './list.ts';
import { serve } from './serve.ts';
import { start } from './start.ts';
import type { Suite } from './suite.ts';
import { watch } from './watch.ts';

/** Every suite of `pilothouse bench`. */
export const suites: readonly Suite[] = [start, etcd, converge, api, serve, list, watch];
