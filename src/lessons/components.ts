/**
 * The components as the tutor introduces them: at first meeting one or two sentences, on `explain` also where it runs and how to look at it.
 */
import type { Text } from '../base/text.ts';

/** One component. */
export interface ComponentIntroduction {
  /** Name, as in process addresses (`cp-1/etcd`). */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Said at first meeting. */
  readonly introduction: Text;
  /** Where it runs, whom it talks to, its ports. */
  readonly place: Text;
  /** Lines of the prompt that show it. */
  readonly look: readonly string[];
}

/** Components in the order in which a first look meets them. */
export const components: readonly ComponentIntroduction[] = [
  {
    name: 'etcd', aliases: ['store'],
    introduction: { ko: 'etcd는 클러스터의 기억이에요. 과반이 동의한 것만 적어요.', en: "etcd is the cluster's memory. It writes only what a majority agreed on." },
    place: { ko: '컨트롤 플레인 노드마다 스태틱 파드로 돌아요. 2379 포트로 API 서버를 만나고, 2380 포트로 멤버끼리 이야기해요.', en: 'It runs as a static pod on each control-plane node: port 2379 for API servers, 2380 between members.' },
    look: ['etcdctl endpoint status --cluster -w table', 'etcdctl get /registry/ --prefix --keys-only'],
  },
  {
    name: 'kube-apiserver', aliases: ['apiserver', 'api server', 'API 서버'],
    introduction: { ko: 'kube-apiserver는 하나뿐인 문이에요. 확인하고, 저장하고, 바뀐 것을 알려 줄 뿐 일을 시키지는 않아요.', en: 'kube-apiserver is the only door. It checks, stores and announces; it gives no orders.' },
    place: { ko: '컨트롤 플레인 노드마다 돌고 6443 포트로 받아요. 클러스터 안의 나머지는 모두 이쪽으로 연결해요.', en: 'It runs on each control-plane node and listens on 6443; everything else in the cluster connects to it.' },
    look: ['kubectl get --raw /readyz?verbose', 'kubectl api-resources'],
  },
  {
    name: 'kube-scheduler', aliases: ['scheduler', '스케줄러'],
    introduction: { ko: 'kube-scheduler는 자리를 정해 적어 두는 일만 해요. 실행은 kubelet의 몫이에요.', en: "kube-scheduler only decides and writes the seat. Running is the kubelet's job." },
    place: { ko: '컨트롤 플레인 노드마다 스태틱 파드로 떠 있지만 리더 하나만 일해요. 10259 포트를 써요.', en: 'It is a static pod on each control-plane node, but only the leader works. Its port is 10259.' },
    look: ['kubectl get lease -n kube-system kube-scheduler', 'kubectl get pods -n kube-system -o wide'],
  },
  {
    name: 'kube-controller-manager', aliases: ['controller-manager', 'kcm', '컨트롤러 매니저'],
    introduction: { ko: 'kube-controller-manager 안에서는 컨트롤러 수십 개가 저마다 의도와 현재를 맞추고 있어요.', en: 'Inside kube-controller-manager dozens of loops each match reality to intent.' },
    place: { ko: '컨트롤 플레인 노드마다 스태틱 파드로 떠 있지만 리더 하나만 일해요. 10257 포트를 써요.', en: 'It is a static pod on each control-plane node, but only the leader works. Its port is 10257.' },
    look: ['kubectl get lease -n kube-system kube-controller-manager', 'kubectl get replicasets'],
  },
  {
    name: 'cloud-controller-manager', aliases: ['ccm', '클라우드 컨트롤러 매니저'],
    introduction: { ko: 'cloud-controller-manager는 클라우드의 머신, 라우트, 로드 밸런서를 쿠버네티스와 맞춰요. 볼륨은 맡지 않아요.', en: 'cloud-controller-manager aligns machines, routes and balancers with the cluster. Volumes are not its job.' },
    place: { ko: '클라우드에서만 필요해요. 클라우드가 없는 클러스터에는 없어요.', en: 'It is needed on a cloud only; a cluster without one does not have it.' },
    look: ['kubectl get pods -n kube-system'],
  },
  {
    name: 'kubelet', aliases: ['큐블릿'],
    introduction: { ko: 'kubelet은 자기 노드에 배정된 파드를 살려 두고 결과를 보고해요.', en: "The kubelet keeps its node's pods alive and reports back." },
    place: { ko: '모든 노드에서 호스트 서비스로 돌아요. 파드가 아니에요. 10250 포트로 로그와 exec 요청을 받아요.', en: 'It is a host service on every node, not a pod. Port 10250 takes log and exec requests.' },
    look: ['kubectl get nodes -o wide', 'kubectl get leases -n kube-node-lease', 'on worker-1: crictl ps'],
  },
  {
    name: 'containerd', aliases: ['container runtime', 'runtime', '컨테이너 런타임', '런타임', 'cri-o'],
    introduction: { ko: '컨테이너 런타임은 샌드박스를 만들고 그 안에 컨테이너를 띄워요.', en: 'The runtime builds a sandbox and starts containers in it.' },
    place: { ko: '노드마다 하나씩 있고 kubelet이 CRI로 시켜요.', en: 'There is one on each node, and the kubelet drives it through CRI.' },
    look: ['on worker-1: crictl ps', 'on worker-1: crictl images'],
  },
  {
    name: 'kube-proxy', aliases: ['proxy'],
    introduction: { ko: 'kube-proxy는 패킷을 나르지 않아요. 커널에 길만 그려 둬요.', en: 'kube-proxy carries no packets; it draws the paths in the kernel.' },
    place: { ko: '노드마다 데몬셋 파드로 돌며 서비스와 엔드포인트슬라이스를 감시해요. 네트워크 플러그인이 같은 일을 하면 없어도 돼요.', en: 'It runs on each node from a DaemonSet and watches Services and EndpointSlices. A network plugin may replace it.' },
    look: ['kubectl get daemonsets -n kube-system', 'kubectl get endpointslices'],
  },
  {
    name: 'coredns', aliases: ['dns', 'kube-dns'],
    introduction: { ko: 'CoreDNS는 서비스 이름을 주소로 바꿔 줘요.', en: 'CoreDNS turns Service names into addresses.' },
    place: { ko: '`kube-system` 네임스페이스의 디플로이먼트예요. 파드는 `kube-dns` 서비스의 10.96.0.10 주소로 물어봐요.', en: 'It is a Deployment in `kube-system`; pods ask the Service `kube-dns` at 10.96.0.10.' },
    look: ['kubectl get deployment,service -n kube-system'],
  },
  {
    name: 'cni', aliases: ['network plugin', '네트워크 플러그인'],
    introduction: { ko: '네트워크 플러그인은 파드에 주소를 주고 노드 사이를 이어요.', en: 'The network plugin gives pods addresses and joins the nodes.' },
    place: { ko: '런타임이 샌드박스를 만들 때 불러요. 노드마다 파드 대역 하나를 나눠 줘요.', en: 'The runtime calls it when it builds a sandbox; each node has its own pod range.' },
    look: ['kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR', 'kubectl get pods -A -o wide'],
  },
  {
    name: 'metrics-server', aliases: ['metrics'],
    introduction: { ko: 'metrics-server는 사용량을 모아 `kubectl top`과 오토스케일러에 줘요.', en: 'metrics-server gathers usage for `kubectl top` and autoscaling.' },
    place: { ko: '애드온이에요. 꺼져도 파드는 그대로 돌아요.', en: 'It is an add-on; pods run on without it.' },
    look: ['kubectl get pods -n kube-system'],
  },
  {
    name: 'csi', aliases: ['csi driver', 'CSI 드라이버'],
    introduction: { ko: 'CSI 드라이버는 디스크를 만들고 노드에 붙여요.', en: 'The CSI driver creates disks and attaches them to nodes.' },
    place: { ko: '애드온이에요. 스토리지클래스마다 맡은 드라이버가 있어요.', en: 'It is an add-on; each StorageClass names its driver.' },
    look: ['kubectl get storageclass'],
  },
];

const byName: ReadonlyMap<string, ComponentIntroduction> = new Map(components.map(one => [one.name, one]));

/** A component by the last part of its process address. */
export function componentNamed(name: string): ComponentIntroduction | undefined {
  return byName.get(name);
}
