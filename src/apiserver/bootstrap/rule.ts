/** A short way to write rules: words separated by blanks; `core` is the core group. */
import type { PolicyRule } from '../../api/kinds/all.ts';

export const READ = 'get list watch';
export const WRITE = 'create delete deletecollection patch update';
export const READ_WRITE = 'create delete deletecollection get list patch update watch';

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

/** Verbs on resources of API groups. */
export function rule(verbs: string, groups: string, resources: string): PolicyRule {
  return { verbs: words(verbs), apiGroups: words(groups).map(group => (group === 'core' ? '' : group)), resources: words(resources) };
}

/** The same for objects of some names only. */
export function named(names: string, of: PolicyRule): PolicyRule {
  return { ...of, resourceNames: words(names) };
}

/** Verbs on paths that are no resources. */
export function paths(verbs: string, urls: string): PolicyRule {
  return { verbs: words(verbs), nonResourceURLs: words(urls) };
}

/** What everyone who reports events needs. */
export const eventsRule: PolicyRule = rule('create patch update', 'core events.k8s.io', 'events');
