/** Whether a step is solved: its clauses against the world. */
import type { Text } from '../base/text.ts';
import type { Scope } from '../cluster/cel/evaluate.ts';
import type { AskStep, DoStep } from './schema.ts';

/** What the expressions of a step see. */
export type StepScope = Scope;

/** One clause's answer. */
export interface ClauseGrade {
  readonly held: boolean;
  readonly pending: Text;
  /** The expression itself failed: the lesson is at fault, not the learner. */
  readonly broken?: Text;
}

/** All clauses must hold at the same moment. */
export interface Grade { readonly state: 'solved' | 'pending'; readonly clauses: readonly ClauseGrade[] }

/** Grades a step to do. */
export function gradeDo(step: DoStep, scope: StepScope): Grade {
  const clauses = step.check.map(({ that, pending }): ClauseGrade => {
    const verdict = that.holds(scope);
    return verdict.state === 'error' ? { held: false, pending, broken: verdict.because } : { held: verdict.state === 'true', pending };
  });
  return { state: clauses.every(({ held }) => held) ? 'solved' : 'pending', clauses };
}

/** Grades an answer in words. */
export function gradeText(step: AskStep, scope: StepScope, answer: string): { readonly state: 'solved' | 'wrong' } | { readonly state: 'broken'; readonly because: Text } {
  const verdict = step.accept.holds({ ...scope, answer });
  if (verdict.state === 'error') return { state: 'broken', because: verdict.because };
  return { state: verdict.state === 'true' ? 'solved' : 'wrong' };
}
