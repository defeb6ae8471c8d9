/** Groups of the Kubernetes project need its consent. @source kubernetes/apiextensions-apiserver pkg/apihelpers/helpers.go (GetAPIApprovalState) */

/** Where a definition says who approved it. */
export const APPROVAL_ANNOTATION = 'api-approved.kubernetes.io';

export const isProtectedGroup = (group: string): boolean => ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));

/** `Unapproved`: the author says that there is no consent, which is enough to be let in. */
export interface Approval { readonly state: 'Missing' | 'Invalid' | 'Approved' | 'Unapproved'; readonly message: string }

const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';

export function approvalOf(annotations: Readonly<Record<string, string>> = {}): Approval {
  const value = annotations[APPROVAL_ANNOTATION] ?? '';
  const needed = `protected groups must have approval annotation ${JSON.stringify(APPROVAL_ANNOTATION)}`;
  if (value === '') return { state: 'Missing', message: `${needed}, ${SEE}` };
  if (value.startsWith('unapproved')) return { state: 'Unapproved', message: `not approved: ${JSON.stringify(value)}` };
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]+/.test(value)) return { state: 'Approved', message: `approved in ${value}` };
  return { state: 'Invalid', message: `${needed} with either a URL or a reason starting with "unapproved", ${SEE}` };
}
