import type { Command } from '../../command.ts';
import { etcdCompaction, etcdDel, etcdGet, etcdPut } from './keys.ts';
import { leaseGrant, leaseKeepAlive, leaseList, leaseRevoke, leaseTimeToLive } from './leases.ts';
import { alarmDisarm, alarmList, defrag, endpointHashKV, endpointHealth, endpointStatus, etcdVersion, memberAdd, memberList, memberPromote, memberRemove, memberUpdate, moveLeader } from './members.ts';
import { etcdTxn } from './txn.ts';
import { etcdWatch } from './watch.ts';

/** Every etcdctl command, in the order of the help. */
export const etcdctlCommands: readonly Command[] = [
  etcdGet, etcdPut, etcdDel, etcdTxn, etcdWatch, etcdCompaction, memberList, memberAdd, memberRemove, memberPromote, memberUpdate, moveLeader,
  endpointStatus, endpointHealth, endpointHashKV, leaseGrant, leaseRevoke, leaseKeepAlive, leaseTimeToLive, leaseList, alarmList, alarmDisarm, defrag, etcdVersion,
];
