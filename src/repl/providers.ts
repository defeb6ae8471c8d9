/** Live names for the completion list. */
import type { Pod } from '../api/kinds/all.ts';
import { descriptorOfWord, descriptors, unstoredKinds } from '../api/scheme.ts';
import { topicSummaries } from '../lessons/explain.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import type { FaultKind, Operand, Targets } from '../sim/fault.ts';
import type { Candidate, Providers } from './complete.ts';

interface Sources {
  readonly view: WorldView;
  readonly lang: 'ko' | 'en';
  readonly namespace: string;
  readonly lessons: readonly { readonly id: string; readonly title: string }[];
  readonly faultKinds: readonly FaultKind[];
  readonly targets: Targets;
}

export function providersOf(sources: Sources): Providers {
  const { view, lang } = sources;
  return {
    lang,
    resources: () => [...descriptors, ...unstoredKinds.filter(({ verbs }) => verbs?.includes('list') === true)].map(descriptor => ({ text: descriptor.plural, summary: descriptor.shortNames.join(', ') })),
    names(resource, namespace) {
      const descriptor = descriptorOfWord(resource);
      if (descriptor === undefined) return [];
      return view.list(descriptor.kind, descriptor.namespaced ? namespace ?? sources.namespace : '').map(object => object.metadata.name);
    },
    namespaces: () => view.list('Namespace').map(object => object.metadata.name),
    nodes: () => [...new Set(view.processes().map(process => process.node))],
    processes: () => view.processes().map(process => process.id),
    faultKinds: () => sources.faultKinds.map(kind => ({ text: kind.name, summary: kind.summary[lang] })),
    faultWords: (kind, at) => faultWords(sources, kind, at),
    lessons: () => sources.lessons.map(lesson => ({ text: lesson.id, summary: lesson.title })),
    topics: () => topicSummaries().map(({ text, summary }) => ({ text, summary: summary[lang] })),
    containers(pod, namespace) {
      const found = view.get('Pod', namespace ?? sources.namespace, pod) as Pod | undefined;
      return found?.spec?.containers.map(container => container.name) ?? [];
    },
  };
}

const plain = (texts: readonly string[]): readonly Candidate[] => texts.map(text => ({ text, summary: '' }));

const samples: Readonly<Partial<Record<Operand, readonly string[]>>> = {
  duration: ['10ms', '100ms', '500ms', '2s'], percent: ['1%', '10%', '30%', '50%'], offset: ['+1m', '-1m', '+1h'], direction: ['in', 'out'],
  resource: ['pods', 'deployments', 'replicasets', 'configmaps', 'secrets', 'events', 'leases'],
};

/** Words for the place after a fault's name; the last operand repeats, and a direction may be left out. */
function faultWords({ faultKinds, targets, lang }: Sources, name: string, at: number): readonly Candidate[] {
  const operands = faultKinds.find(kind => kind.name === name)?.operands ?? ['target'];
  const operand = operands[Math.min(at, operands.length - 1)] ?? 'target';
  const where = plain([...targets.machines, ...targets.processes]);
  if (operand === 'target') return where;
  if (operand === 'point' || operand === 'stage') return pointsOf(targets, lang, operand === 'stage');
  return operand === 'direction' ? [...plain(samples.direction ?? []), ...where] : plain(samples[operand] ?? []);
}

function pointsOf(targets: Targets, lang: 'ko' | 'en', mustKeep: boolean): readonly Candidate[] {
  const found = new Map(targets.processes.flatMap(id => targets.traits(id).points.filter(({ keeps }) => !mustKeep || keeps === true).map(point => [point.name, point.summary[lang]] as const)));
  return [...found].map(([text, summary]) => ({ text, summary }));
}
