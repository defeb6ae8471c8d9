/** Text scenarios of workloads: commands change a small cluster or show it, one line of output per fact. */
import { parse } from 'yaml';
import { formatTime } from '../../src/api/time.ts';
import { Rig } from './fake-api.ts';

type Words = readonly string[];
type Word = (play: Play, args: Words, rest: string) => readonly string[];

/** A running story. Names that the API server made up are shown as `OWNER~1`, `OWNER~2` … in the order in which they appeared. */
class Play {
  readonly rig = new Rig({ nodes: ['n1', 'n2', 'n3'] });
  readonly #aliases = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  #shownEvents = new Set<string>();

  constructor() { this.rig.run(1); }

  look(): void {
    const pods = this.rig.list('Pod').filter(({ metadata: { name, generateName } }) => generateName !== undefined && /^[a-z0-9]{5}$/.test(name.slice(generateName.length)));
    pods.sort((a, b) => Number(a.metadata.uid.split('-').at(-1)) - Number(b.metadata.uid.split('-').at(-1)));
    for (const { metadata: { name, generateName } } of pods) {
      if (this.#aliases.has(name)) continue;
      const stem = generateName.replace(/-$/, '');
      const count = (this.#counts.get(stem) ?? 0) + 1;
      this.#counts.set(stem, count);
      this.#aliases.set(name, `${stem}~${count}`);
    }
  }

  shown(text: string): string {
    let shown = text;
    for (const [name, alias] of this.#aliases) shown = shown.replaceAll(name, alias);
    return shown;
  }

  nameOf(alias: string): string {
    for (const [name, known] of this.#aliases) if (known === alias) return name;
    return alias;
  }

  /** What has been told since the last look, as `time REASON message` with ` xN` for repetitions. */
  events(): readonly string[] {
    const fresh: { at: string; text: string }[] = [];
    for (const event of this.rig.list('Event')) {
      const key = `${event.metadata.name} ${event.count}`;
      if (this.#shownEvents.has(key) || event.source.component === 'node-controller') continue;
      this.#shownEvents.add(key);
      fresh.push({ at: event.lastTimestamp, text: `${event.type === 'Warning' ? '! ' : ''}${event.involvedObject.kind} ${event.reason}: ${event.message}${event.count > 1 ? ` x${event.count}` : ''}` });
    }
    return fresh.map(({ text }) => this.shown(text)).sort();
  }
}

const flow = (text: string): any => (text.trim() === '' ? {} : parse(text));
const template = (name: string, spec: any, restartPolicy: string): object => ({
  metadata: { labels: { app: name }, ...spec.template?.metadata },
  spec: { containers: [{ name: 'c', image: spec.image ?? 'v1' }], ...(restartPolicy === '' ? {} : { restartPolicy }), ...spec.pod },
});
const without = ({ image: _image, pod: _pod, template: _template, ...spec }: any): object => spec;
const meta = (name: string): object => ({ name, namespace: 'default' });
const after = (text: string, count: number): string => text.split(/\s+/).slice(count).join(' ');

function made(kind: string): Word {
  return ({ rig }, [name = ''], rest) => {
    const spec = flow(after(rest, 1));
    const selector = { matchLabels: { app: name } };
    const bodies: Record<string, () => object> = {
      Job: () => {
        const uid = `uid-${name}`;
        const own = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
        return { apiVersion: 'batch/v1', kind: 'Job', metadata: { ...meta(name), uid, ...spec.metadata }, spec: { ...without({ ...spec, metadata: undefined }), selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }, template: { ...template(name, spec, 'Never'), metadata: { labels: own } } } };
      },
      CronJob: () => ({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: meta(name), spec: { ...without(spec), jobTemplate: { spec: { template: template(name, spec, 'Never') } } } }),
      DaemonSet: () => ({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: meta(name), spec: { selector, ...without(spec), template: template(name, spec, '') } }),
      StatefulSet: () => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: meta(name), spec: { selector, serviceName: name, ...without(spec), template: template(name, spec, '') } }),
      ReplicationController: () => ({ apiVersion: 'v1', kind: 'ReplicationController', metadata: meta(name), spec: { selector: { app: name }, ...without(spec), template: template(name, spec, '') } }),
    };
    rig.create((bodies[kind] as () => object)());
    rig.run(0);
    return [];
  };
}

const numbers = (status: any, fields: Words): string => fields.filter(field => status?.[field] !== undefined).map(field => `${field}=${typeof status[field] === 'object' ? JSON.stringify(status[field]) : status[field]}`).join(' ');
const conditions = (status: any): readonly string[] => (status?.conditions ?? []).map((one: any) => `  ${one.type}=${one.status}${one.reason === '' || one.reason === undefined ? '' : ` ${one.reason}`}${one.message === '' || one.message === undefined ? '' : `: ${one.message}`}`);
const shownStatus = (kind: string, fields: Words): Word => (play, [name = '']) => {
  const object = play.rig.get(kind, name);
  if (object === undefined) return ['gone'];
  return [numbers(object.status, fields) || 'no status', ...conditions(object.status).map(line => play.shown(line))];
};

function podLine(play: Play, pod: any, extra: Words): string {
  const ready = (pod.status?.conditions ?? []).some((one: any) => one.type === 'Ready' && one.status === 'True');
  const facts = extra.map(path => `${path.split('/').at(-1) ?? ''}=${pod.metadata.labels?.[path] ?? pod.metadata.annotations?.[path] ?? pod.spec[path] ?? pod.spec.containers[0][path] ?? ''}`);
  const state = pod.metadata.deletionTimestamp !== undefined ? 'Terminating' : ready ? 'Ready' : pod.status?.phase ?? 'Pending';
  return [play.shown(pod.metadata.name), state, ...facts, ...((pod.metadata.finalizers ?? []).length > 0 ? ['held'] : []), ...(pod.metadata.ownerReferences?.some((one: any) => one.controller) === true ? [] : ['orphan'])].join(' ');
}

/** The commands. */
const words: Readonly<Record<string, Word>> = {
  'job': made('Job'), 'cronjob': made('CronJob'), 'daemonset': made('DaemonSet'), 'statefulset': made('StatefulSet'), 'rc': made('ReplicationController'),
  create: ({ rig }, _args, rest) => { rig.create(flow(rest)); rig.run(0); return []; },
  merge: ({ rig }, [kind = '', name = ''], rest) => { rig.merge(kind, name, flow(after(rest, 2))); rig.run(0); return []; },
  image: ({ rig }, [kind = '', name = '', image = '']) => { rig.merge(kind, name, { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } }); rig.run(0); return []; },
  'delete': (play, [kind = '', name = '', policy = '']) => {
    play.rig.remove(kind, play.nameOf(name), policy === '' ? {} : { propagationPolicy: policy as 'Foreground' });
    play.rig.run(0);
    return [];
  },
  run: (play, [duration = '1']) => { play.rig.run(Number(duration)); play.look(); return []; },
  /** Runs until the clock of the world shows a time. */
  until: (play, [time = '']) => { while (formatTime(play.rig.kernel.world.now).slice(11, 19) < time) play.rig.run(1); play.look(); return []; },
  end: (play, [alias = '', code = '0'], rest) => { play.rig.finish(play.nameOf(alias), Number(code), flow(after(rest, 2))); play.rig.run(0); return []; },
  label: ({ rig }, [kind = '', name = ''], rest) => { rig.merge(kind, name, { metadata: { labels: flow(after(rest, 2)) } }); rig.run(0); return []; },
  taint: ({ rig }, [node = ''], rest) => { rig.merge('Node', node, { spec: { taints: flow(after(rest, 1)) } }); rig.run(0); return []; },
  fail: ({ rig }, [kind = '', times = '1']) => { rig.tell({ type: 'test.fail', kind, times: Number(times) }); rig.run(0); return []; },
  stop: ({ rig }) => { rig.kernel.crash('cp-1/kube-controller-manager'); return []; },
  start: ({ rig }) => { rig.kernel.restart('cp-1/kube-controller-manager'); return []; },
  status: (play, [kind = '', name = '']) => (words[`${kind} status`] as Word)(play, [name], name),
  'Job status': shownStatus('Job', ['active', 'ready', 'succeeded', 'failed', 'terminating', 'completedIndexes', 'failedIndexes', 'startTime', 'completionTime']),
  'DaemonSet status': shownStatus('DaemonSet', ['desiredNumberScheduled', 'currentNumberScheduled', 'updatedNumberScheduled', 'numberReady', 'numberAvailable', 'numberUnavailable', 'numberMisscheduled', 'observedGeneration']),
  'StatefulSet status': shownStatus('StatefulSet', ['replicas', 'readyReplicas', 'availableReplicas', 'currentReplicas', 'updatedReplicas', 'observedGeneration', 'collisionCount']),
  'ReplicationController status': shownStatus('ReplicationController', ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']),
  'CronJob status': (play, [name = '']) => {
    const { status = {} } = play.rig.get('CronJob', name) ?? {};
    return [`active=${(status.active ?? []).map((one: any) => one.name).join(',')} lastScheduleTime=${status.lastScheduleTime ?? ''} lastSuccessfulTime=${status.lastSuccessfulTime ?? ''}`];
  },
  pods: (play, args) => { play.look(); const pods = play.rig.list('Pod'); return pods.length === 0 ? ['none'] : pods.map(pod => podLine(play, pod, args)).sort(); },
  jobs: ({ rig }) => {
    const jobs = rig.list('Job');
    const end = (job: any): string => (job.status?.conditions ?? []).filter((one: any) => one.type === 'Complete' || one.type === 'Failed').map((one: any) => one.type).join() || 'running';
    return jobs.length === 0 ? ['none'] : jobs.map(job => `${job.metadata.name} ${end(job)} ${Object.entries(job.metadata.annotations ?? {}).map(([key, value]) => `${key}=${value}`).join(' ')}`.trimEnd());
  },
  claims: ({ rig }) => {
    const claims = rig.list('PersistentVolumeClaim');
    return claims.length === 0 ? ['none'] : claims.map(({ metadata }) => `${metadata.name} owners=${(metadata.ownerReferences ?? []).map((one: any) => `${one.kind}/${one.name}${one.controller === true ? '!' : ''}`).join(',') || 'none'}`);
  },
  revisions: ({ rig }, [name = '']) => {
    const found = rig.list('ControllerRevision').filter(one => one.metadata.ownerReferences?.[0]?.name === name).sort((a, b) => a.revision - b.revision);
    return found.map(one => `${one.revision} ${JSON.stringify(one.data.spec.template.spec.containers.map((container: any) => container.image))}`);
  },
  events: play => { play.look(); const found = play.events(); return found.length === 0 ? ['none'] : found; },
  time: ({ rig }) => [formatTime(rig.kernel.world.now)],
};

/** Runs a scenario; returns the text as it should have been. `new` begins with a fresh cluster. */
export function runScenario(text: string): string {
  let play = new Play();
  const done = text.trimEnd().split(/\n\n(?=\S)/).map(block => {
    const [head = ''] = block.split(/\n----(?:\n|$)/);
    const commands = head.split('\n').filter(line => line !== '' && !line.startsWith('#'));
    if (commands.length === 0) return block.trimEnd();
    const output = commands.flatMap(line => {
      const [word = '', ...args] = line.split(/\s+/);
      const command = words[word];
      if (word === 'new') { play = new Play(); return []; }
      return command === undefined ? [`no command "${word}"`] : command(play, args, after(line, 1));
    });
    return `${head.trimEnd()}\n----\n${output.length === 0 ? 'ok' : output.join('\n')}`;
  });
  return `${done.join('\n\n')}\n`;
}

