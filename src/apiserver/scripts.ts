/** Every conversation of the server by name: the parts of a request that ask and wait, and the server's own work. */
import type { Scripts } from '../sim/conversation.ts';
import { availability } from './aggregation/task.ts';
import { proxy } from './aggregation/proxy.ts';
import { trackToken } from './authn/legacy-tokens.ts';
import { compact } from './bootstrap/compactor.ts';
import { reconcileEndpoints } from './bootstrap/endpoint-reconciler.ts';
import { postStart } from './bootstrap/post-start.ts';
import { renewIdentity } from './bootstrap/identity-lease.ts';
import { awaitSeat } from './registry/scripts/await-seat.ts';
import { definitionsTask } from './custom/work.ts';
import { convertReply, convertWatched } from './conversion/scripts.ts';
import { componentStatuses } from './registry/scripts/component-statuses.ts';
import { deleteCollection } from './registry/scripts/collection.ts';
import { connect } from './registry/scripts/connect.ts';
import { create } from './registry/scripts/create.ts';
import { evict } from './registry/scripts/evict.ts';
import { held } from './registry/scripts/held.ts';
import { learn } from './registry/scripts/learn.ts';
import { logs } from './registry/scripts/logs.ts';
import { get, list } from './registry/scripts/read.ts';
import { passAlong } from './registry/scripts/pass-along.ts';
import { token } from './registry/scripts/token.ts';
import { remove, update } from './registry/scripts/update.ts';
import { waitForWatch } from './registry/scripts/wait-for-watch.ts';

import { flowStatus } from './fairness/status.ts';
import { health } from './nonresource/health.ts';
import { openApiV2Script } from './nonresource/openapi-scripts.ts';

/** Name → script. */
export const scripts: Scripts = {
  availability, awaitSeat, componentStatuses, connect, convertReply, convertWatched, proxy, get, list, create, update, delete: remove, deleteCollection, evict, held, learn, logs, passAlong, token, waitForWatch, flowStatus, health, openApiV2: openApiV2Script, definitions: definitionsTask, postStart, reconcileEndpoints, renewIdentity, compact, trackToken,
};
