/**
 * What etcd says when it refuses, word for word.
 *
 * @source etcd-io/etcd api/v3rpc/rpctypes/error.go
 */
export const ERRORS = {
  compacted: 'etcdserver: mvcc: required revision has been compacted',
  futureRevision: 'etcdserver: mvcc: required revision is a future revision',
  noSpace: 'etcdserver: mvcc: database space exceeded',
  emptyKey: 'etcdserver: key is not provided',
  keyNotFound: 'etcdserver: key not found',
  valueProvided: 'etcdserver: value is provided',
  leaseProvided: 'etcdserver: lease is provided',
  tooManyOps: 'etcdserver: too many operations in txn request',
  duplicateKey: 'etcdserver: duplicate key given in txn request',
  invalidSortOption: 'etcdserver: invalid sort option',
  leaseNotFound: 'etcdserver: requested lease not found',
  leaseExists: 'etcdserver: lease already exists',
  leaseTtlTooLarge: 'etcdserver: too large lease TTL',
  watchCanceled: 'etcdserver: watch canceled',
  emptyWatcherRange: 'mvcc: watcher range is empty',
  requestTooLarge: 'etcdserver: request is too large',
  tooManyRequests: 'etcdserver: too many requests',
  timeout: 'etcdserver: request timed out',
  timeoutDueToLeaderFail: 'etcdserver: request timed out, possibly due to previous leader failure',
  timeoutDueToConnectionLost: 'etcdserver: request timed out, possibly due to connection lost',
  noLeader: 'etcdserver: no leader',
  notLeader: 'etcdserver: not leader',
  leaderChanged: 'etcdserver: leader changed',
  stopped: 'etcdserver: server stopped',
  notSupportedForLearner: 'etcdserver: rpc not supported for learner',
  notCapable: 'etcdserver: not capable',
  corrupt: 'etcdserver: corrupt cluster',
  memberNotFound: 'etcdserver: member not found',
  memberExists: 'etcdserver: member ID already exist',
  peerUrlExists: 'etcdserver: Peer URLs already exists',
  memberNotEnoughStarted: 'etcdserver: re-configuration failed due to not enough started members',
  memberBadUrls: 'etcdserver: given member URLs are invalid',
  memberNotLearner: 'etcdserver: can only promote a learner member',
  learnerNotReady: 'etcdserver: can only promote a learner member which is in sync with leader',
  tooManyLearners: 'etcdserver: too many learner members in cluster',
  unhealthy: 'etcdserver: unhealthy cluster',
  badLeaderTransferee: 'etcdserver: bad leader transferee',
  timeoutLeaderTransfer: 'etcdserver: request timed out, leader transfer took too long',
  timeoutWaitAppliedIndex: 'etcdserver: request timed out, waiting for the applied index took too long',
  rootUserNotExist: 'etcdserver: root user does not exist',
  rootRoleNotExist: 'etcdserver: root user does not have root role',
  userAlreadyExist: 'etcdserver: user name already exists',
  userEmpty: 'etcdserver: user name is empty',
  userNotFound: 'etcdserver: user name not found',
  roleAlreadyExist: 'etcdserver: role name already exists',
  roleNotFound: 'etcdserver: role name not found',
  roleEmpty: 'etcdserver: role name is empty',
  authFailed: 'etcdserver: authentication failed, invalid user ID or password',
  // Not one of etcd's texts for clients, so it reaches them as it is.
  noPasswordUser: 'auth: authentication failed, password was given for no password user',
  permissionNotGiven: 'etcdserver: permission not given',
  permissionDenied: 'etcdserver: permission denied',
  roleNotGranted: 'etcdserver: role is not granted to the user',
  permissionNotGranted: 'etcdserver: permission is not granted to the role',
  authNotEnabled: 'etcdserver: authentication is not enabled',
  invalidAuthToken: 'etcdserver: invalid auth token',
  invalidAuthMgmt: 'etcdserver: invalid auth management',
  authOldRevision: 'etcdserver: revision of auth store is old',
} as const;

/** One of these texts. */
export type EtcdError = (typeof ERRORS)[keyof typeof ERRORS];

/** An operation answers with a body or with the text of its refusal. */
export const isError = <T extends object>(answer: T | EtcdError): answer is EtcdError => typeof answer === 'string';
