/** What an authorizer is asked. */
import type { UserInfo } from '../state.ts';

/** One question: may this user do this? @source kubernetes/apiserver pkg/authorization/authorizer/interfaces.go */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Set when `resource` is ''. */
  readonly path: string;
  readonly fieldSelector: string;
}

/** `allowed` false with a reason still leaves the word to the next authorizer. */
export interface Decision { readonly allowed: boolean; readonly reason: string }

export const noOpinion: Decision = Object.freeze({ allowed: false, reason: '' });

/** `pods/log`, or `pods`. */
export function resourceAndSubresource(attributes: Attributes): string {
  return attributes.subresource === '' ? attributes.resource : `${attributes.resource}/${attributes.subresource}`;
}
