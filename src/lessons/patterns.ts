/**
 * What the tutor says when something happens: one line per type of note that components record.
 *
 * A text has two parts around ` — `: what happened, and why it matters. The second part is said the first two times only. `{name}` is filled from
 * the note; `{name:이}` adds the particle in the form that fits the filled word.
 */
import type { Text } from '../base/text.ts';

/** One kind of event and its line. */
export interface EventPattern {
  /** Type of the note, as components record it. */
  readonly type: string;
  /** 3 = said at once, 2 = said once per burst, 1 = only when asked or in chatty mode, 0 = never. */
  readonly importance: 0 | 1 | 2 | 3;
  /** Would give away the cause of an injected fault: silent in break-and-repair lessons until repaired. */
  readonly hidesCause?: true;
  /** Numbers that are amounts of bytes. */
  readonly bytes?: readonly string[];
  /** Kinds for which the part behind the dash is true; absent = always. */
  readonly whyOf?: readonly string[];
  readonly say: Text;
}

/** All patterns, by component. */
export const eventPatterns: readonly EventPattern[] = [
  { type: 'etcd.election.started', importance: 3, hidesCause: true, say: { ko: '리더의 하트비트가 끊겼어요 — {sec} 동안 소식이 없어 `{member}` 멤버가 선거를 시작했어요.', en: 'The leader went quiet — after {sec} member `{member}` started an election.' } },
  { type: 'etcd.leader.elected', importance: 3, say: { ko: '`{leader}` 멤버가 임기 {term}의 리더가 됐어요 — 이제 쓰기를 다시 받아요.', en: 'Member `{leader}` leads term {term} — writes flow again.' } },
  { type: 'etcd.quorum.lost', importance: 3, hidesCause: true, say: { ko: '`{member}` 멤버 쪽에는 {n}개 중 {m}개만 남아 정족수가 깨졌어요 — 거기서는 쓰기가 멈춰요.', en: 'Member `{member}` sees {m} of {n} members: quorum is gone on its side — writes stop there.' } },
  { type: 'etcd.quorum.restored', importance: 3, say: { ko: '`{member}` 멤버 쪽에 과반이 돌아왔어요 — 밀린 쓰기를 이어 가요.', en: 'Member `{member}` has a majority again — writes resume there.' } },
  { type: 'etcd.put', importance: 1, say: { ko: '`{key}` 키가 리비전 {rev:으로} 저장됐어요.', en: 'Key `{key}` stored at revision {rev}.' } },
  { type: 'etcd.delete', importance: 1, say: { ko: '`{key}` 키가 지워졌어요 (리비전 {rev}).', en: 'Key `{key}` deleted (revision {rev}).' } },
  { type: 'etcd.compacted', importance: 2, say: { ko: '리비전 {rev} 이전 이력을 비웠어요 — 파일 크기는 아직 그대로예요.', en: 'History before {rev} dropped — the file is still as big.' } },
  { type: 'etcd.defragmented', importance: 2, bytes: ['n'], say: { ko: '`{member}` 멤버가 조각 모음을 마쳤어요 — {n}만큼 디스크를 돌려줬어요.', en: 'Member `{member}` defragmented — gave {n} back to disk.' } },
  { type: 'etcd.alarm.nospace', importance: 3, hidesCause: true, say: { ko: '저장 공간 한도를 넘었어요 — 이제 읽기와 삭제만 돼요.', en: 'Space quota exceeded — only reads and deletes now.' } },
  { type: 'etcd.alarm.corrupt', importance: 3, hidesCause: true, say: { ko: '`{member}` 멤버의 데이터가 다른 멤버와 달라요 — etcd가 경보를 켜고 쓰기를 막아요.', en: 'The data of member `{member}` differs from the others — etcd raises an alarm and refuses writes.' } },
  { type: 'process.panicked', importance: 3, hidesCause: true, say: { ko: '`{process}` 프로세스가 스스로 멈췄어요: {reason} — 막는 것이 없으면 곧 다시 시작해요.', en: 'Process `{process}` gave up: {reason} — it is started again soon unless something keeps it down.' } },
  { type: 'etcd.gone', importance: 3, say: { ko: '`{member}` 멤버는 자기가 빠진 걸 이제야 알고 멈췄어요 — 다시 쓰려면 데이터를 지우고 새 멤버로 넣어야 해요.', en: 'Member `{member}` learned only now that it had been removed, and stopped — to come back it needs an empty disk and a new place in the member list.' } },
  { type: 'process.tornWrite', importance: 3, hidesCause: true, say: { ko: '`{process}` 프로세스가 디스크에 적다가 죽었어요 — 마지막 기록은 반만 남았어요.', en: 'Process `{process}` died while it wrote — only part of its last record is on the disk.' } },
  { type: 'etcd.wal.repaired', importance: 3, say: { ko: '`{member}` 멤버가 로그(WAL) 끝의 잘린 기록을 잘라 냈어요(잃은 항목 {n}개) — 약속하지 않은 것이라 버려도 되고, 모자라면 리더가 다시 보내요.', en: 'Member `{member}` cut a torn record off the end of its log (entries lost: {n}) — nobody was promised it, and the leader sends what is missing.' } },
  { type: 'etcd.alarm.disarmed', importance: 3, say: { ko: '경보를 껐어요 — 다시 쓸 수 있어요.', en: 'Alarm disarmed — writes allowed again.' } },
  { type: 'etcd.member.added', importance: 3, say: { ko: '`{member}` 멤버를 넣었어요 — 과반은 이제 {n:이에요}.', en: 'Member `{member}` added — majority is now {n}.' } },
  { type: 'etcd.member.removed', importance: 3, say: { ko: '`{member}` 멤버를 뺐어요 — 과반은 이제 {n:이에요}.', en: 'Member `{member}` removed — majority is now {n}.' } },
  { type: 'etcd.snapshot.saved', importance: 2, say: { ko: '리비전 {rev}까지 `{file}` 파일에 담았어요.', en: 'Saved up to revision {rev} into `{file}`.' } },

  { type: 'api.request.denied.401', importance: 2, say: { ko: '401이에요 — 누구인지 확인하지 못했어요.', en: '401 — the server could not tell who you are.' } },
  { type: 'api.request.denied.403', importance: 2, say: { ko: '403이에요 — `{user}` 사용자인 건 알지만 `{verb}` 권한이 없어요.', en: '403 — known as `{user}`, not allowed to `{verb}`.' } },
  { type: 'api.request.conflict', importance: 2, say: { ko: '409예요 — 그사이 누가 먼저 바꿨어요. 다시 읽고 시도해요.', en: '409 — someone changed it first. Read again and retry.' } },
  { type: 'api.request.exists', importance: 2, say: { ko: '409예요 — 같은 이름의 오브젝트가 벌써 있어요. 다른 이름을 쓰거나 지우고 다시 만들어 보세요.', en: '409 — an object of this name exists already. Use another name, or delete it first.' } },
  { type: 'api.request.invalid', importance: 2, say: { ko: '422예요 — 명세가 규칙에 맞지 않아요: {reason}.', en: '422 — the spec breaks a rule: {reason}.' } },
  { type: 'api.request.throttled', importance: 2, say: { ko: '429예요 — 지금은 받을 수 없어 나중에 다시 하라는 뜻이에요.', en: '429 — not now, try again later.' } },
  { type: 'api.object.created', importance: 2, whyOf: ['Pod', 'Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'], say: { ko: '`{name}` {kind}의 기록이 생겼어요 — 아직 실행된 건 없어요.', en: 'A record for {kind} `{name}` exists — nothing runs yet.' } },
  { type: 'api.mirror.created', importance: 2, say: { ko: '`{name}` 미러 파드가 생겼어요 — 파일에서 벌써 돌고 있는 스태틱 파드의 사본이에요.', en: 'Mirror pod `{name}` exists — a copy of the static pod, which runs from its file already.' } },
  { type: 'api.object.deleting', importance: 2, say: { ko: '`{name}` {kind}에 삭제 시각이 찍혔어요 — 파이널라이저가 비면 사라져요.', en: '{kind} `{name}` is marked for deletion — it goes when its finalizers are clear.' } },
  { type: 'api.watch.broken', importance: 2, hidesCause: true, say: { ko: '`{name}` 구성 요소의 감시가 끊겼어요 — 다시 목록을 받아 따라잡을 거예요.', en: 'The watch of `{name}` broke — it will list again and catch up.' } },
  { type: 'api.watch.gone410', importance: 2, say: { ko: '이어 보려던 버전이 너무 오래됐어요(410) — 처음부터 다시 받아요.', en: 'The version to resume from is too old (410) — start over with a list.' } },
  { type: 'api.instance.down', importance: 3, hidesCause: true, say: { ko: '`{name}` API 서버가 꺼졌어요 — 나머지 {n}대가 계속 받아요.', en: 'API server `{name}` is down — the other {n} keep serving.' } },
  { type: 'api.instance.up', importance: 3, say: { ko: '`{name}` API 서버가 돌아왔어요 — 이제 {n}대가 함께 받아요.', en: 'API server `{name}` is up — {n} serve together now.' } },

  { type: 'admission.mutated', importance: 1, say: { ko: '어드미션이 `{name}` {kind}에 {reason} 값을 채웠어요.', en: 'Admission filled {reason} into {kind} `{name}`.' } },
  { type: 'admission.webhook.failed', importance: 3, hidesCause: true, say: { ko: '`{name}` 웹훅이 답하지 않아 요청이 거절됐어요 — 정책이 Fail이라서예요.', en: 'Webhook `{name}` did not answer, so the request failed — its policy is Fail.' } },
  { type: 'conversion.webhook.failed', importance: 3, hidesCause: true, say: { ko: '`{name}`의 변환 웹훅이 답하지 않아요 — 다른 버전으로 저장된 오브젝트는 읽지도 고치지도 못해요.', en: 'The conversion webhook of `{name}` did not answer — objects stored in another version can neither be read nor changed.' } },

  { type: 'sched.queue.add', importance: 1, say: { ko: '`{pod}` 파드가 스케줄러의 활성 큐에 들어갔어요.', en: 'Pod `{pod}` entered the scheduler\'s active queue.' } },
  { type: 'sched.filtered', importance: 1, say: { ko: '노드 {n}개 중 {m}개가 남았어요 — 탈락 까닭: {reason}.', en: '{m} of {n} nodes remain — others failed: {reason}.' } },
  { type: 'sched.failed', importance: 3, say: { ko: '`{pod}` 파드가 갈 노드가 없어요: {reason} — 클러스터에 변화가 있으면 다시 시도해요.', en: 'No node fits pod `{pod}`: {reason} — it is tried again when something in the cluster changes.' } },
  { type: 'sched.bound', importance: 2, say: { ko: '`{pod}` 파드의 자리가 `{node}` 노드로 정해졌어요 — 이제 그 노드의 kubelet 차례예요.', en: 'Pod `{pod}` is bound to node `{node}` — its kubelet takes over.' } },
  { type: 'sched.preempted', importance: 3, say: { ko: '우선순위 {prio}인 `{pod}` 파드를 위해 `{old}` 파드가 물러나요.', en: 'Pod `{old}` gives way to `{pod}` with priority {prio}.' } },

  { type: 'kcm.leader.acquired', importance: 3, say: { ko: '`{new}` 쪽이 `{lease}` 리스를 얻어 일을 시작했어요 — 먼저 목록부터 받아요.', en: '`{new}` got Lease `{lease}` and starts — by listing everything.' } },
  { type: 'kcm.leader.lost', importance: 3, hidesCause: true, say: { ko: '`{old}` 쪽이 리스를 {sec} 동안 갱신하지 못해 스스로 멈췄어요.', en: '`{old}` could not renew for {sec} and stopped itself.' } },
  { type: 'kcm.queue.add', importance: 1, say: { ko: '`{key}` 키가 {name} 컨트롤러의 큐에 들어갔어요 — 같은 키는 하나로 합쳐져요.', en: 'Key `{key}` queued for the {name} controller — duplicates merge.' } },
  { type: 'kcm.sync.error', importance: 2, say: { ko: '`{key}` 키를 맞추지 못했어요 — {sec} 뒤에 다시 해요.', en: 'Sync of `{key}` failed — again in {sec}.' } },

  { type: 'rs.scaled', importance: 2, say: { ko: '`{rs}` 레플리카셋에 파드가 {n}개인데 {m}개여야 해서 맞추고 있어요.', en: 'ReplicaSet `{rs}` has {n} pods, wants {m}; fixing that.' } },

  { type: 'deploy.rollout.step', importance: 2, say: { ko: '`{deploy}` 디플로이먼트가 새 파드 {n}개를 올리고 옛 파드 {m}개를 내렸어요.', en: 'Deployment `{deploy}` raised {n} new and dropped {m} old pods.' } },

  { type: 'gc.collected', importance: 1, say: { ko: '소유자가 사라져 `{name}` {kind}도 치웠어요.', en: 'Owner gone, so {kind} `{name}` was collected.' } },

  { type: 'node.registered', importance: 3, say: { ko: '`{node}` 노드가 스스로 등록했어요.', en: 'Node `{node}` registered itself.' } },
  { type: 'node.heartbeat', importance: 0, say: { ko: '`{node}` 노드의 리스가 갱신됐어요.', en: 'Node `{node}` renewed its Lease.' } },
  { type: 'node.notready.unknown', importance: 3, hidesCause: true, say: { ko: '`{node}` 노드에서 {sec} 동안 소식이 없어 Ready가 Unknown이 됐어요 — 파드는 아직 그대로예요.', en: 'No word from node `{node}` for {sec}: Ready is Unknown — its pods stay for now.' } },
  { type: 'node.ready', importance: 3, say: { ko: '`{node}` 노드가 다시 Ready예요.', en: 'Node `{node}` is Ready again.' } },
  { type: 'node.tainted', importance: 2, say: { ko: '`{node}` 노드에 `{key}` 테인트가 붙었어요.', en: 'Node `{node}` got taint `{key}`.' } },

  { type: 'pod.eviction.scheduled', importance: 2, say: { ko: '`{pod}` 파드는 {sec} 더 기다렸다가 축출돼요 — 톨러레이션이 버는 시간이에요.', en: 'Pod `{pod}` will be evicted in {sec} — that is its toleration.' } },
  { type: 'pod.evicted', importance: 3, say: { ko: '`{pod}` 파드를 `{node}` 노드에서 축출했어요 — 까닭: {reason}.', en: 'Pod `{pod}` evicted from node `{node}` — {reason}.' } },
  { type: 'pod.terminating.unconfirmed', importance: 2, say: { ko: '`{pod}` 파드는 Terminating이지만 노드가 확인해 주지 않아 기록이 남아 있어요.', en: 'Pod `{pod}` is Terminating but its node cannot confirm, so the record stays.' } },

  { type: 'kubelet.stopped', importance: 3, hidesCause: true, say: { ko: '`{node}` 노드의 kubelet이 멈췄어요 — 컨테이너는 그대로예요.', en: 'The kubelet on node `{node}` stopped — containers are untouched.' } },
  { type: 'kubelet.started', importance: 3, say: { ko: '`{node}` 노드의 kubelet이 돌아왔어요 — 컨테이너는 그대로예요.', en: 'The kubelet on node `{node}` is back — containers were untouched.' } },
  { type: 'kubelet.started.anew', importance: 3, say: { ko: '`{node}` 노드의 kubelet이 시작했어요 — 전에 돌던 컨테이너는 남아 있지 않아요.', en: 'The kubelet on node `{node}` started — no container was left from before.' } },
  { type: 'kubelet.staticpod.changed', importance: 2, say: { ko: '`{file}` 매니페스트가 바뀌어 스태틱 파드를 다시 만들어요.', en: 'Manifest `{file}` changed; the static pod is rebuilt.' } },

  { type: 'cri.sandbox.ready', importance: 1, say: { ko: '`{pod}` 파드의 샌드박스가 섰어요 — 주소는 {ip:이에요}.', en: 'Sandbox of pod `{pod}` is up — address {ip}.' } },

  { type: 'image.pulling', importance: 1, say: { ko: '`{image}` 이미지를 받고 있어요.', en: 'Pulling image `{image}`.' } },
  { type: 'image.pulled', importance: 1, say: { ko: '`{image}` 이미지를 받았어요 ({sec}).', en: 'Pulled image `{image}` ({sec}).' } },
  { type: 'image.pull.failed', importance: 3, hidesCause: true, say: { ko: '`{image}` 이미지를 받지 못했어요 — {reason}. {sec} 뒤에 다시 해요.', en: 'Could not pull `{image}` — {reason}. Retry in {sec}.' } },

  { type: 'container.started', importance: 2, say: { ko: '`{pod}` 파드의 컨테이너가 떴어요.', en: 'The container of pod `{pod}` started.' } },
  { type: 'container.exited', importance: 2, say: { ko: '`{pod}` 파드의 컨테이너가 코드 {code:으로} 끝났어요.', en: 'The container of pod `{pod}` exited with {code}.' } },
  { type: 'container.oomkilled', importance: 3, hidesCause: true, say: { ko: '`{pod}` 파드의 컨테이너가 메모리 한도 {n}을 넘어 종료됐어요 — 노드가 아니라 컨테이너의 한도예요.', en: 'The container of pod `{pod}` went over its limit {n} and was killed — its limit, not the node\'s.' } },
  { type: 'container.backoff', importance: 2, say: { ko: '다음 재시작까지 {sec} 쉬어요 — CrashLoopBackOff는 이 쉬는 시간의 이름이에요.', en: 'Waiting {sec} before the next restart — CrashLoopBackOff names this wait.' } },

  { type: 'probe.readiness.failed', importance: 2, say: { ko: '`{pod}` 파드가 준비되지 않아 엔드포인트에서 빠져요 — 재시작은 안 해요.', en: 'Pod `{pod}` is not ready and leaves the endpoints — no restart.' } },
  { type: 'probe.liveness.failed', importance: 3, say: { ko: '`{pod}` 파드의 활성 프로브가 {n}번 실패해 컨테이너를 다시 시작해요.', en: 'Liveness of pod `{pod}` failed {n} times; restarting the container.' } },

  { type: 'endpoints.updated', importance: 2, say: { ko: '`{svc}` 서비스의 준비된 엔드포인트가 {n}개에서 {m}개가 됐어요.', en: 'Service `{svc}` went from {n} to {m} ready endpoints.' } },
  { type: 'endpoints.empty', importance: 3, hidesCause: true, say: { ko: '`{svc}` 서비스 뒤에 준비된 파드가 없어요 — 연결이 곧바로 거절돼요.', en: 'Nothing ready behind Service `{svc}` — connections are refused at once.' } },

  { type: 'proxy.synced', importance: 1, say: { ko: '`{node}` 노드의 규칙을 새로 썼어요 — `{chain}` 체인이 {n}곳으로 나눠요.', en: 'Rules on node `{node}` rewritten — chain `{chain}` splits {n} ways.' } },
  { type: 'proxy.stale', importance: 3, hidesCause: true, say: { ko: '`{node}` 노드의 규칙이 {sec} 전 것이에요 — 커널은 옛길을 그대로 써요.', en: 'Rules on node `{node}` are {sec} old — the kernel keeps the old paths.' } },

  { type: 'dns.failed', importance: 3, hidesCause: true, say: { ko: '`{name}` 이름을 풀지 못했어요 — {reason}.', en: 'Name `{name}` did not resolve — {reason}.' } },

  { type: 'drain.blocked', importance: 3, say: { ko: 'PodDisruptionBudget이 `{pod}` 파드의 축출을 막았어요(429) — 여유가 {n:이에요}.', en: 'The budget refused to evict pod `{pod}` (429) — {n} disruptions allowed.' } },

  { type: 'node.cordoned', importance: 2, say: { ko: '`{node}` 노드를 스케줄 불가로 표시했어요 — 있던 파드는 그대로예요.', en: 'Node `{node}` is unschedulable now — its pods stay.' } },

  { type: 'pvc.bound', importance: 2, say: { ko: '`{name}` 클레임이 `{new}` 볼륨과 묶였어요.', en: 'Claim `{name}` is bound to volume `{new}`.' } },

  { type: 'volume.attached', importance: 2, say: { ko: '`{name}` 볼륨을 `{node}` 노드에 붙였어요.', en: 'Volume `{name}` attached to node `{node}`.' } },
  { type: 'volume.detached', importance: 2, say: { ko: '`{name}` 볼륨을 `{node}` 노드에서 뗐어요.', en: 'Volume `{name}` detached from node `{node}`.' } },
  { type: 'volume.multiattach', importance: 3, hidesCause: true, say: { ko: '`{name}` 볼륨이 아직 `{old}` 노드에 붙어 있어 기다려요.', en: 'Volume `{name}` is still attached to node `{old}`; waiting.' } },

  { type: 'ccm.node.initialized', importance: 2, say: { ko: '`{node}` 노드에 영역과 주소를 적고 초기화 테인트를 뗐어요.', en: 'Node `{node}` got its zone and address; the initialisation taint is off.' } },
  { type: 'ccm.node.deleted', importance: 3, say: { ko: '클라우드에 `{node}` 머신이 없어 노드 기록을 지웠어요.', en: 'The cloud has no machine `{node}`; its Node record was deleted.' } },
  { type: 'ccm.route.created', importance: 1, say: { ko: '{ip} 대역이 `{node}` 노드로 가도록 라우트를 넣었어요.', en: 'Route added: range {ip} → node `{node}`.' } },
  { type: 'ccm.lb.ensured', importance: 2, say: { ko: '`{svc}` 서비스의 로드 밸런서가 준비됐어요 — 주소는 {ip:이에요}.', en: 'Load balancer for Service `{svc}` is ready — {ip}.' } },

  { type: 'cert.expired', importance: 3, hidesCause: true, say: { ko: '`{name}` 인증서가 {sec} 전에 만료됐어요 — 서로를 믿지 못해요.', en: 'Certificate `{name}` expired {sec} ago — peers no longer trust it.' } },
  { type: 'cert.reloaded', importance: 3, say: { ko: '`{name}` 구성 요소가 새 인증서를 읽었어요.', en: '`{name}` loaded the new certificate.' } },

  { type: 'hpa.scaled', importance: 2, say: { ko: '사용률이 {pct}라 레플리카를 {n}개에서 {m}개로 바꿨어요.', en: 'Utilisation {pct}: replicas {n} → {m}.' } },
];
