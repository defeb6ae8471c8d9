/**
 * Beliefs about Kubernetes that break in practice. Wrong answers of quizzes name the belief they come from; at the second hit on one the tutor
 * offers an experiment that refutes it.
 */
import type { Text } from '../base/text.ts';

/** One belief, the truth in a line, and what shows it. */
export interface Misconception {
  /** `M01` … */
  readonly code: string;
  readonly belief: Text;
  readonly truth: Text;
  /** Lines of the prompt that refute it, where a few are enough. */
  readonly experiment?: readonly string[];
}

/** All known beliefs by code. */
export const misconceptions: readonly Misconception[] = [
  { code: 'M01', belief: { ko: 'API 서버가 스케줄러나 kubelet에 일을 전달해요', en: 'The API server forwards work to the scheduler or the kubelet' }, truth: { ko: 'API 서버는 저장하고 알릴 뿐이고, 나머지가 감시하다 스스로 움직여요.', en: 'The API server stores and announces; the others watch and act on their own.' }, experiment: ['kubectl run seen --image=images.example/nginx:1.27', 'trace last'] },
  { code: 'M02', belief: { ko: 'kubelet이나 스케줄러가 etcd를 읽어요', en: 'Kubelets or the scheduler read etcd' }, truth: { ko: 'etcd의 클라이언트는 API 서버뿐이에요.', en: 'API servers are the only clients of etcd.' } },
  { code: 'M03', belief: { ko: '멤버가 짝수면 더 안전하거나, 리더는 사람이 정해요', en: 'An even number of members is safer, or somebody must promote a leader' }, truth: { ko: '4개가 견디는 고장 수는 3개와 같고, 리더는 스스로 뽑아요.', en: 'Four tolerate as many failures as three, and elections are automatic.' } },
  { code: 'M04', belief: { ko: 'etcd 멤버나 API 서버를 늘리면 쓰기가 빨라져요', en: 'More etcd members or API servers make writes faster' }, truth: { ko: '모든 쓰기의 순서는 리더 하나가 정해요.', en: 'One leader orders all writes.' } },
  { code: 'M05', belief: { ko: '스케줄러가 파드를 띄워요', en: 'The scheduler starts pods' }, truth: { ko: '스케줄러는 바인딩을 쓸 뿐이고, 띄우는 쪽은 kubelet이에요.', en: 'The scheduler writes a binding; the kubelet starts the pod.' }, experiment: ['fault crash kube-scheduler', 'kubectl run waits --image=images.example/nginx:1.27', 'advance 30s', 'kubectl get pods -o wide', 'heal all'] },
  { code: 'M06', belief: { ko: 'created라고 나오면 벌써 실행 중이에요', en: '"created" means running' }, truth: { ko: 'API 서버는 저장하자마자 답해요. 실행은 그다음 일이에요.', en: 'The API server answers as soon as it has stored the object; running comes later.' }, experiment: ['kubectl run just-now --image=images.example/nginx:1.27', 'kubectl get pod just-now', 'advance 30s', 'kubectl get pod just-now'] },
  { code: 'M07', belief: { ko: '컨트롤 플레인은 모두 함께 일하거나 모두 리더를 뽑아요', en: 'All control-plane parts share the work, or all elect a leader' }, truth: { ko: 'API 서버는 모두 함께, 스케줄러와 컨트롤러 매니저는 하나만 일해요. etcd는 따로 리더를 뽑아요.', en: 'API servers are all active; scheduler and controller manager have one active each; etcd elects on its own.' } },
  { code: 'M08', belief: { ko: '파드는 다른 노드로 옮겨 가요', en: 'Pods move to another node' }, truth: { ko: '파드는 한 번만 배정돼요. 대신 뜨는 파드는 UID가 다른 새 오브젝트예요.', en: 'A pod is bound once; a replacement is a new object with a new UID.' }, experiment: ["kubectl get pods -o custom-columns=NAME:.metadata.name,UID:.metadata.uid,NODE:.spec.nodeName"] },
  { code: 'M09', belief: { ko: '스케줄러는 실제 사용량이나 한도를 봐요', en: 'Scheduling looks at real usage or limits' }, truth: { ko: '요청(request)만 봐요.', en: 'It looks at requests only.' } },
  { code: 'M10', belief: { ko: '톨러레이션이 파드를 끌어당겨요', en: 'A toleration attracts the pod' }, truth: { ko: '톨러레이션은 허가일 뿐이에요.', en: 'A toleration only permits.' } },
  { code: 'M11', belief: { ko: '컨트롤러가 큐에 들어가거나 이벤트를 하나씩 처리해요', en: 'Controllers are queued, or events are handled one by one' }, truth: { ko: '큐에는 키가 들어가고, 같은 키는 하나로 합쳐져요.', en: 'Keys are queued, and equal keys merge.' } },
  { code: 'M12', belief: { ko: '노드가 죽으면 파드가 곧바로 옮겨 가고 노드 기록도 지워져요', en: 'When a node dies its pods move at once and the Node is deleted' }, truth: { ko: '약 50초 뒤 NotReady, 다시 300초 뒤 축출이에요. 노드 기록은 클라우드나 사람이 지워요.', en: 'NotReady after about 50 s, eviction 300 s later; only a cloud or a person deletes the Node.' } },
  { code: 'M13', belief: { ko: '컨트롤 플레인이 멈추면 워크로드도 죽어요', en: 'Without the control plane the workloads die' }, truth: { ko: '변화만 멈춰요. 이미 도는 컨테이너와 규칙은 그대로예요.', en: 'Only change stops; running containers and written rules stay.' } },
  { code: 'M14', belief: { ko: '컨테이너가 다시 시작되면 새 파드, 새 IP예요', en: 'A container restart means a new pod and a new IP' }, truth: { ko: '샌드박스가 그대로라 IP도 그대로예요.', en: 'The sandbox stays, and so does the IP.' } },
  { code: 'M15', belief: { ko: '준비성 프로브가 실패하면 컨테이너가 다시 시작돼요', en: 'A failing readiness probe restarts the container' }, truth: { ko: '다시 시작하는 것은 활성 프로브와 스타트업 프로브예요.', en: 'Only liveness and startup probes restart.' } },
  { code: 'M16', belief: { ko: 'kube-proxy가 패킷을 날라요', en: 'kube-proxy carries the packets' }, truth: { ko: 'kube-proxy는 커널 규칙만 써요.', en: 'kube-proxy only writes kernel rules.' } },
  { code: 'M17', belief: { ko: '서비스 트래픽은 API 서버를 지나요', en: 'Service traffic goes through the API server' }, truth: { ko: '전혀 지나지 않아요.', en: 'It never does.' } },
  { code: 'M18', belief: { ko: '클러스터IP는 어떤 머신이나 파드라서 ping이 돼야 해요', en: 'A ClusterIP is a machine or pod, so ping should work' }, truth: { ko: '규칙 속에만 있는 가상 주소예요. 정해 둔 포트만 통해요.', en: 'It is a virtual address that exists only in rules, for its ports only.' } },
  { code: 'M19', belief: { ko: '컴팩션이 디스크를 비우고 경보도 저절로 꺼져요', en: 'Compaction frees the disk and alarms clear themselves' }, truth: { ko: '디스크는 조각 모음이 돌려주고, 경보는 직접 꺼야 해요.', en: 'Defragmentation returns the space; you disarm alarms yourself.' } },
  { code: 'M20', belief: { ko: '노드 컨트롤러는 하나예요', en: 'There is one node controller' }, truth: { ko: 'kube-controller-manager에 셋, cloud-controller-manager에 둘이 있고 일이 서로 달라요.', en: 'There are three in kube-controller-manager and two in cloud-controller-manager, with different jobs.' } },
  { code: 'M21', belief: { ko: 'cloud-controller-manager가 볼륨을 맡고, 늘 있어야 해요', en: 'The cloud-controller-manager manages volumes and is always needed' }, truth: { ko: '볼륨은 CSI와 kube-controller-manager가 맡아요. 클라우드가 없으면 없어도 돼요.', en: 'CSI and kube-controller-manager do storage; without a cloud it is absent.' } },
  { code: 'M22', belief: { ko: '연결이 안 되면 kube-proxy나 DNS부터 의심해요', en: 'When a connection fails, blame kube-proxy or DNS first' }, truth: { ko: '레이블, 준비 상태, 엔드포인트슬라이스, 규칙, DNS 순서로 봐요.', en: 'Look at labels, readiness, slices, rules and DNS, in this order.' } },
  { code: 'M23', belief: { ko: 'Terminating이 길면 파이널라이저를 지우면 돼요', en: 'When Terminating takes long, cut the finalizer' }, truth: { ko: '파이널라이저를 맡은 쪽이 왜 못 끝내는지부터 찾아요.', en: 'Find out who holds the finalizer and why it cannot finish.' } },
  { code: 'M24', belief: { ko: '디플로이먼트가 파드를 직접 만들거나, 모든 파드에 레플리카셋이 있어요', en: 'A Deployment makes pods itself, or every pod has a ReplicaSet' }, truth: { ko: '파드를 채우는 쪽은 레플리카셋이고, 레플리카셋이 없는 파드도 있어요.', en: 'ReplicaSets make pods, and some pods have none.' }, experiment: ['kubectl get pods -n kube-system -o custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].kind', 'kubectl get replicasets -A'] },
  { code: 'M25', belief: { ko: '스태틱 파드는 kubectl로 멈출 수 있어요', en: 'Static pods obey kubectl' }, truth: { ko: '스태틱 파드는 노드의 파일만 따라요.', en: 'They obey files on the node only.' }, experiment: ['on cp-1: crictl ps', 'kubectl delete pod -n kube-system kube-scheduler-cp-1', 'advance 30s', 'on cp-1: crictl ps', 'kubectl get pods -n kube-system'] },
  { code: 'M26', belief: { ko: '컨트롤 플레인 노드에는 kubelet이 없어요', en: 'Control-plane nodes have no kubelet' }, truth: { ko: 'kubeadm으로 만든 컨트롤 플레인 노드에는 있어요. 스태틱 파드를 누군가는 띄워야 하니까요.', en: "kubeadm's control-plane nodes have one; somebody must run the static pods." }, experiment: ['kubectl get nodes', 'kubectl get leases -n kube-node-lease', 'on cp-1: crictl ps'] },
  { code: 'M27', belief: { ko: 'kubelet은 파드예요', en: 'The kubelet is a pod' }, truth: { ko: 'kubelet은 호스트 서비스예요. 파드를 띄우는 쪽이 파드일 수는 없어요.', en: 'The kubelet is a host service; what starts pods cannot be a pod itself.' }, experiment: ['kubectl get pods -A', 'fault crash worker-1/kubelet', 'on worker-1: crictl ps', 'heal all'] },
  { code: 'M28', belief: { ko: 'etcd에는 로그, 이미지, 메트릭, 볼륨까지 다 있어요', en: 'etcd stores logs, images, metrics and volumes' }, truth: { ko: 'API 오브젝트만 있어요.', en: 'It stores API objects only.' } },
  { code: 'M29', belief: { ko: 'etcd의 키는 API 주소와 똑같아요', en: 'etcd keys mirror API URLs' }, truth: { ko: '노드는 `/registry/minions/` 아래에 있고, 기본 그룹의 이름은 키에 들어가지 않아요.', en: 'Nodes live under `/registry/minions/`, and built-in groups have no segment.' }, experiment: ['etcdctl get /registry/ --prefix --keys-only'] },
  { code: 'M30', belief: { ko: '복제가 백업이에요', en: 'Replication is backup' }, truth: { ko: '삭제도 그대로 복제돼요.', en: 'Deletes replicate too.' } },
  { code: 'M31', belief: { ko: '놓친 이벤트는 영영 사라져요', en: 'A missed event is lost for ever' }, truth: { ko: '컨트롤러는 상태를 다시 읽어 맞춰요.', en: 'Controllers read the state again and correct it.' } },
  { code: 'M32', belief: { ko: '401, 403, 409, 422, 429는 모두 권한이나 잠금 문제예요', en: '401, 403, 409, 422 and 429 are all permission or lock problems' }, truth: { ko: '관문마다 코드가 달라요.', en: 'Each gate has its own code.' } },
  { code: 'M33', belief: { ko: '리스는 완벽한 자물쇠예요', en: 'A Lease is a perfect lock' }, truth: { ko: '잠깐 겹칠 수 있고, 데이터는 버전 확인이 지켜요.', en: 'A brief overlap can happen; version checks protect the data.' } },
  { code: 'M34', belief: { ko: '1.24부터 도커 이미지를 못 써요', en: 'Docker images stopped working in 1.24' }, truth: { ko: '없어진 것은 연결 코드뿐이고 이미지는 그대로 써요.', en: 'Only the adapter left; images still work.' } },
  { code: 'M35', belief: { ko: '오브젝트를 만들면 저절로 동작해요', en: 'Objects act by themselves' }, truth: { ko: '그 오브젝트를 구현하는 쪽이 있어야 해요.', en: 'Somebody must implement them.' } },
  { code: 'M36', belief: { ko: 'PodDisruptionBudget이 모든 중단을 막아 줘요', en: 'A PodDisruptionBudget protects against everything' }, truth: { ko: '자발적 축출만 막아요.', en: 'It limits voluntary evictions only.' } },
  { code: 'M37', belief: { ko: 'Released 볼륨은 저절로 Available이 돼요', en: 'A Released volume returns to Available' }, truth: { ko: '옛 클레임의 기록(`claimRef`)이 남아 있어요.', en: 'Its old `claimRef` stays.' } },
  { code: 'M38', belief: { ko: 'CrashLoopBackOff와 ImagePullBackOff가 오류의 원인이에요', en: 'CrashLoopBackOff and ImagePullBackOff are the error' }, truth: { ko: '다시 시도하기 전에 쉬는 시간의 이름이에요.', en: 'They name the wait before the next try.' } },
  { code: 'M39', belief: { ko: 'OOMKilled는 노드 메모리가 꽉 찼다는 뜻이에요', en: 'OOMKilled means the node ran out of memory' }, truth: { ko: '대개는 컨테이너 자신의 한도를 넘은 거예요.', en: "Usually the container went over its own limit." } },
  { code: 'M40', belief: { ko: '인증서 파일만 갱신하면 끝나요', en: 'Renewing certificate files is enough' }, truth: { ko: '프로세스가 다시 읽어야 해요.', en: 'Processes must reload them.' } },
  { code: 'M41', belief: { ko: '웹훅은 자기 앱에만 영향을 줘요', en: 'A webhook touches only its own app' }, truth: { ko: '클러스터 전체를 멈출 수 있어요.', en: 'It can stop the whole cluster.' } },
];

const byCode: ReadonlyMap<string, Misconception> = new Map(misconceptions.map(one => [one.code, one]));

/** A belief by its code. */
export function misconception(code: string): Misconception | undefined {
  return byCode.get(code);
}
