import type { Command } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { authCommands } from './auth.ts';
import { checkDatascale, checkPerf } from './check.ts';
import { completionOf } from './completion.ts';
import { downgradeCommands } from './downgrade.ts';
import { endpointCommands } from './endpoint.ts';
import { del, get, put } from './keys.ts';
import { leaseCommands } from './lease.ts';
import { elect, lock } from './lock.ts';
import { alarmDisarm, alarmList, compaction, defrag, moveLeader, version } from './maintenance.ts';
import { memberCommands } from './member.ts';
import { makeMirror } from './mirror.ts';
import { roleCommands } from './role.ts';
import { snapshotSave } from './snapshot.ts';
import { txn } from './txn.ts';
import { userCommands } from './user.ts';
import { watch } from './watch.ts';

/** The commands of etcdctl, in the order of the help. */
export const etcdctlCommands: readonly Command[] = [
  get, put, del, txn, watch, ...leaseCommands, ...memberCommands, ...endpointCommands, moveLeader, compaction, defrag, alarmList, alarmDisarm, snapshotSave, makeMirror, checkPerf, checkDatascale, lock, elect,
  ...userCommands, ...roleCommands, ...authCommands, ...downgradeCommands, version, completionOf('etcdctl', etcdctlFlags),
];
