import type { CrashPoint } from '../sim/fault.ts';

/**
 * Places at which a member can be stopped or held, under the names of etcd's own failpoints.
 *
 * @source etcd-io/etcd tests/robustness/failpoint/gofail.go; `gofail` comments in server/etcdserver/raft.go, server/etcdserver/server.go,
 *   server/storage/mvcc/kvstore_compaction.go, server/storage/backend/backend.go, server/etcdserver/api/v3rpc/watch.go
 * @fidelity simplified: the places inside a backend transaction fall together, since the key-value file is not modelled page by page
 */
export const memberPoints: readonly CrashPoint[] = [
  { name: 'raftBeforeLeaderSend', summary: { ko: '리더가 로그를 팔로워에게 보내기 바로 앞', en: 'a leader is about to send entries to its followers' } },
  { name: 'raftBeforeSaveSnap', summary: { ko: '스냅샷을 디스크에 적기 바로 앞', en: 'before a snapshot is written to disk' } },
  { name: 'raftAfterSaveSnap', summary: { ko: '스냅샷을 디스크에 적은 바로 뒤', en: 'after a snapshot is on disk' } },
  { name: 'raftBeforeSave', summary: { ko: '임기, 투표, 로그를 디스크에 적기 바로 앞', en: 'before term, vote and entries are written to disk' } },
  { name: 'raftAfterSave', summary: { ko: '임기, 투표, 로그를 디스크에 적은 바로 뒤', en: 'after term, vote and entries are on disk' } },
  { name: 'raftBeforeApplySnap', summary: { ko: '리더에게 받은 스냅샷을 적용하기 바로 앞', en: 'before a snapshot from the leader is applied' } },
  { name: 'raftAfterApplySnap', summary: { ko: '리더에게 받은 스냅샷을 적용한 바로 뒤', en: 'after a snapshot from the leader is applied' } },
  { name: 'raftAfterWALRelease', summary: { ko: '스냅샷보다 앞선 로그 조각을 지운 바로 뒤', en: 'after log segments before the snapshot are released' } },
  { name: 'raftBeforeFollowerSend', summary: { ko: '팔로워가 "적었어요"라고 답하기 바로 앞', en: 'a follower is about to acknowledge what it has saved' } },
  { name: 'beforeApplyOneConfChange', summary: { ko: '멤버 구성 변경 하나를 적용하기 바로 앞', en: 'before one change of membership is applied' } },
  { name: 'beforeCommit', summary: { ko: '확정된 로그를 저장소에 적용하기 바로 앞', en: 'before committed entries are applied to the store' } },
  { name: 'afterCommit', summary: { ko: '확정된 로그를 저장소에 적용한 바로 뒤', en: 'after committed entries are applied to the store' } },
  { name: 'compactBeforeCommitScheduledCompact', summary: { ko: '컴팩션할 리비전을 적어 두기 바로 앞', en: 'before the revision to compact to is noted' } },
  { name: 'compactAfterSetFinishedCompact', summary: { ko: '컴팩션을 마쳤다고 적은 바로 뒤', en: 'after the compaction is noted as finished' } },
  { name: 'defragBeforeCopy', summary: { ko: '조각 모음이 파일을 베끼기 바로 앞', en: 'before defragmentation copies the file' } },
  { name: 'defragBeforeRename', summary: { ko: '조각 모음이 새 파일로 바꿔 끼우기 바로 앞', en: 'before defragmentation puts the new file in place' } },
  { name: 'beforeSendWatchResponse', summary: { ko: '감시 소식을 보내기 바로 앞', en: 'before news are sent to a watch' } },
];
