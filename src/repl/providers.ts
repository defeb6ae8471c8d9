/** Live names for the completion list. */
import type { Pod } from '../api/kinds/all.ts';
import { descriptorOfWord, descriptors } from '../api/scheme.ts';
import { topicSummaries } from '../lessons/explain.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import type { FaultKind } from '../sim/fault.ts';
import type { Providers } from './complete.ts';

interface Sources {
  readonly view: WorldView;
  readonly lang: 'ko' | 'en';
  readonly namespace: string;
  readonly lessons: readonly { readonly id: string; readonly title: string }[];
  readonly faultKinds: readonly FaultKind[];
}

export function providersOf(sources: Sources): Providers {
  const { view, lang } = sources;
  return {
    lang,
    resources: () => descriptors.map(descriptor => ({ text: descriptor.plural, summary: descriptor.shortNames.join(', ') })),
    names(resource, namespace) {
      const descriptor = descriptorOfWord(resource);
      if (descriptor === undefined) return [];
      return view.list(descriptor.kind, descriptor.namespaced ? namespace ?? sources.namespace : '').map(object => object.metadata.name);
    },
    namespaces: () => view.list('Namespace').map(object => object.metadata.name),
    nodes: () => [...new Set(view.processes().map(process => process.node))],
    processes: () => view.processes().map(process => process.id),
    faultKinds: () => sources.faultKinds.map(kind => ({ text: kind.name, summary: kind.summary })),
    lessons: () => sources.lessons.map(lesson => ({ text: lesson.id, summary: lesson.title })),
    topics: () => topicSummaries().map(({ text, summary }) => ({ text, summary: summary[lang] })),
    containers(pod, namespace) {
      const found = view.get('Pod', namespace ?? sources.namespace, pod) as Pod | undefined;
      return found?.spec?.containers.map(container => container.name) ?? [];
    },
  };
}
