/** A world of one small API and a few nodes, for the tests of the node side. */
import { micros, type NodeName, type ProcessId, seconds } from '../../src/base/data.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Pod } from '../../src/api/kinds/core/pod.ts';
import type { Verb } from '../../src/api/wire.ts';
import { call } from '../../src/client/resources.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess } from '../../src/sim/process.ts';
import { kubelet, type KubeletConfig, type KubeletMessage } from '../../src/kubelet/kubelet.ts';
import { containerd } from '../../src/kubelet/runtime.ts';
import { kubeProxy } from '../../src/kubeproxy/proxy.ts';
import { fakeApi, type FakeApiState } from './fake-api.ts';

export const API = 'cp-1/api' as ProcessId;

/** Passes a question on to the kubelet and keeps the answer. */
const asker = defineProcess<{ answer?: object }, { readonly ask?: object }, object>({
  kind: 'asker', mailboxMax: 10, boot: () => ({}),
  step(state, input, out) {
    if (input.type !== 'message') return;
    if (input.body.ask !== undefined) out.send('worker-1/kubelet' as ProcessId, input.body.ask);
    else state.answer = input.body;
  },
});

export class Cluster {
  readonly kernel: Kernel;

  constructor(options: { readonly nodes?: number; readonly staticPods?: readonly Pod[]; readonly seed?: number; readonly verify?: boolean; readonly proxy?: boolean; readonly ranges?: boolean } = {}) {
    this.kernel = new Kernel({ seed: options.seed ?? 1, kinds: [kubelet, containerd, fakeApi, kubeProxy, asker], verify: options.verify ?? false });
    this.kernel.spawn({ id: API, kind: 'fake-api', node: 'cp-1' as NodeName, config: {} });
    this.run(0.01);
    const images: readonly string[] = Object.freeze(['registry.k8s.io/pause:3.10.1', 'busybox:1.36', 'registry.k8s.io/kube-scheduler:v1.35.2']);
    for (let i = 1; i <= (options.nodes ?? 1); i++) {
      const name = `worker-${i}`;
      const rest = { loadBalancer: '' as const, servers: [API], credential: { type: 'anonymous' as const }, userAgent: 'kubelet' };
      const config: KubeletConfig = {
        rest, nodeName: name, address: `10.0.0.${20 + i}`, runtime: `${name}/containerd` as ProcessId, capacity: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '40Gi' },
        ...(options.staticPods !== undefined ? { staticPods: options.staticPods } : {}),
      };
      this.kernel.spawn({ id: `${name}/containerd` as ProcessId, kind: 'containerd', node: name as NodeName, config: { images } });
      this.kernel.spawn({ id: `${name}/kubelet` as ProcessId, kind: 'kubelet', node: name as NodeName, config });
      if (options.proxy === true) this.kernel.spawn({ id: `${name}/kube-proxy` as ProcessId, kind: 'kube-proxy', node: name as NodeName, config: { rest, nodeName: name, clusterCIDR: '10.244.0.0/16' } });
    }
    this.kernel.spawn({ id: 'cp-1/asker' as ProcessId, kind: 'asker', node: 'cp-1' as NodeName, config: {} });
    this.run(0.5);
    this.#nodes = options.nodes ?? 1;
    if (options.ranges !== false) this.giveRanges();
  }

  #nodes = 1;

  /** Gives every node its pod range, as the node-ipam controller does. */
  giveRanges(): void {
    for (let i = 1; i <= this.#nodes; i++) this.request('patch', 'Node', `worker-${i}`, { spec: { podCIDR: `10.${244 + (i >> 8)}.${i & 255}.0/24` } });
  }

  /** Asks the kubelet of worker-1 as the API server does, and gives its answer. */
  askKubelet(message: KubeletMessage): object | undefined {
    this.kernel.deliver('cp-1/asker', { ask: message });
    this.run(0.01);
    return this.kernel.stateOf<{ answer?: object }>('cp-1/asker')?.answer;
  }

  get api(): FakeApiState { return this.kernel.stateOf<FakeApiState>(API) as FakeApiState; }

  run(secondsOfTime: number): void { this.kernel.run({ until: micros(this.kernel.world.now + seconds(secondsOfTime)) }); }

  /** A request from outside, for example of a person. */
  request(verb: Verb, kind: string, key: string, body?: object, options?: object): void {
    this.kernel.deliver(API, { type: 'do', call: call(verb, kind, key, { ...(body !== undefined ? { body } : {}), ...(options !== undefined ? { options } : {}), ...(verb === 'patch' ? { patchType: 'merge' as const } : {}) }) });
    this.run(0.001);
  }

  createPod(name: string, spec: object, node = 'worker-1'): void {
    this.request('create', 'Pod', `default/${name}`, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: node, restartPolicy: 'Always', ...spec } });
  }

  get<T extends KubeObject>(resource: string, namespace: string, name: string): T | undefined { return this.api.objects.get(`${resource}/${namespace}/${name}`) as T | undefined; }

  pod(name: string, namespace = 'default'): Pod | undefined { return this.get<Pod>('pods', namespace, name); }

  /** Phase, ready and the state of the first container, as `kubectl get pods` would show them. */
  summary(name: string, namespace = 'default'): string {
    const pod = this.pod(name, namespace);
    if (pod === undefined) return 'gone';
    const status = pod.status?.containerStatuses?.[0];
    const state = status?.state?.waiting?.reason ?? status?.state?.terminated?.reason ?? (status?.state?.running !== undefined ? 'Running' : 'none');
    return `${pod.status?.phase ?? 'none'} ${state} ready=${status?.ready ?? false} restarts=${status?.restartCount ?? 0}`;
  }

  /** `type reason message` of the Events about an object, in order, with counts above one. */
  events(name: string): readonly string[] {
    return [...this.api.objects].filter(([key]) => key.startsWith('events/')).map(([, object]) => object as unknown as { involvedObject: { name: string }; type: string; reason: string; message: string; count: number; metadata: { resourceVersion: string } })
      .filter(event => event.involvedObject.name === name)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(event => `${event.type} ${event.reason} ${event.message}${event.count > 1 ? ` x${event.count}` : ''}`);
  }
}
