/** Reports of scenario runs for people and for machines, and the exit code they mean. */
import { formatClock } from '../base/duration.ts';
import type { Lang } from '../base/text.ts';
import type { ScenarioResult, StepResult } from './runner.ts';

/** A file that could not be read as a scenario. */
export interface UnreadFile { readonly file: string; readonly problems: readonly string[] }

/** All that a run of `pilothouse run` gave. */
export interface Report { readonly results: readonly ScenarioResult[]; readonly unread: readonly UnreadFile[] }

export const reporterNames = ['pretty', 'tap', 'junit', 'json'] as const;
export type ReporterName = (typeof reporterNames)[number];

/** 0 all held, 1 an expectation failed, 2 a file is wrong. */
export function exitCode({ results, unread }: Report): 0 | 1 | 2 {
  if (unread.length > 0) return 2;
  return results.every(({ passed }) => passed) ? 0 : 1;
}

/** The whole report as text, with a last line break. */
export function reportText(report: Report, reporter: ReporterName, lang: Lang = 'en'): string {
  switch (reporter) {
    case 'pretty': return pretty(report, lang);
    case 'tap': return tap(report);
    case 'junit': return junit(report);
    case 'json': return json(report);
  }
}

const MARKS = { passed: '✓', failed: '✗', skipped: '-' } as const;

/** A file's words may hold what would move a terminal's cursor. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');

/** One scenario as people read it; for showing results while others still run. */
function prettyResult(result: ScenarioResult): string {
  const lines = [`${result.passed ? MARKS.passed : MARKS.failed} ${printable(result.name)}  (${result.file}, seed ${result.seed}, ${formatClock(result.virtual)}, digest ${result.digest})`];
  for (const step of result.steps) {
    lines.push(`    ${MARKS[step.status]} ${formatClock(step.at)}  ${printable(step.title)}`);
    for (const line of step.because) lines.push(...`${line}`.split('\n').map(part => `        ${part}`));
    if (step.status === 'failed') lines.push(`        at ${result.file}:${step.place.line}:${step.place.column}`);
  }
  return `${lines.join('\n')}\n`;
}

function pretty({ results, unread }: Report, lang: Lang): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const problems = unread.flatMap(file => file.problems.map(problem => `${problem}\n`)).join('');
  const summary = results.length === 0 ? (lang === 'ko' ? `시나리오를 하나도 읽지 못했어요.` : 'no scenario could be read.') : lang === 'ko'
    ? `시나리오 ${results.length}개 가운데 ${results.length - failed}개가 그대로 진행됐어요.${failed > 0 ? ` ${failed}개는 어긋났어요.` : ''}${unread.length > 0 ? ` 읽지 못한 파일이 ${unread.length}개 있어요.` : ''}`
    : `${results.length - failed} of ${results.length} scenarios held${failed > 0 ? `, ${failed} failed` : ''}${unread.length > 0 ? `, ${unread.length} could not be read` : ''}.`;
  return `${problems}${results.map(prettyResult).join('')}${summary}\n`;
}

function tap({ results, unread }: Report): string {
  const lines = ['TAP version 14', `1..${results.length + unread.length}`];
  results.forEach((result, i) => {
    lines.push(`# Subtest: ${tapText(result.name)}`, `    1..${result.steps.length}`);
    result.steps.forEach((step, j) => lines.push(...tapStep(step, j + 1, result).map(line => `    ${line}`)));
    lines.push(`${result.passed ? 'ok' : 'not ok'} ${i + 1} - ${tapText(result.name)}`, '  ---', `  seed: ${result.seed}`, `  digest: "${result.digest}"`, '  ...');
  });
  unread.forEach(({ file, problems }, i) => {
    lines.push(`not ok ${results.length + i + 1} - ${tapText(file)}`, '  ---', '  problems:', ...problems.map(problem => `    - ${JSON.stringify(problem)}`), '  ...');
  });
  return `${lines.join('\n')}\n`;
}

const tapText = (text: string): string => text.replace(/\n/g, ' ').replace(/[\\#]/g, '\\$&');

function tapStep(step: StepResult, number: number, { file }: ScenarioResult): string[] {
  const line = `${step.status === 'failed' ? 'not ok' : 'ok'} ${number} - ${tapText(step.title)}${step.status === 'skipped' ? ' # SKIP an earlier step failed' : ''}`;
  if (step.status !== 'failed') return [line];
  return [line, '  ---', '  because:', ...step.because.map(reason => `    - ${JSON.stringify(reason)}`), `  at: ${JSON.stringify(`${file}:${step.place.line}:${step.place.column}`)}`, '  ...'];
}

// Characters that XML 1.0 does not allow are shown as a replacement mark.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const xml = (text: string): string =>
  text.replace(NOT_XML, '\ufffd').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/\n/g, '&#10;');

function junit({ results, unread }: Report): string {
  const count = (status: StepResult['status']): number => results.reduce((sum, { steps }) => sum + steps.filter(step => step.status === status).length, 0);
  const tests = results.reduce((sum, { steps }) => sum + steps.length, 0) + unread.length;
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites name="pilothouse" tests="${tests}" failures="${count('failed')}" errors="${unread.length}" skipped="${count('skipped')}">`];
  for (const result of results) lines.push(...junitSuite(result));
  for (const { file, problems } of unread) {
    lines.push(`  <testsuite name="${xml(file)}" tests="1" errors="1">`, `    <testcase classname="${xml(file)}" name="reading the file">`, `      <error message="${xml(problems[0] ?? '')}">${xml(problems.join('\n'))}</error>`, '    </testcase>', '  </testsuite>');
  }
  return `${[...lines, '</testsuites>'].join('\n')}\n`;
}

function junitSuite({ name, file, seed, digest, steps }: ScenarioResult): string[] {
  const of = (status: StepResult['status']): number => steps.filter(step => step.status === status).length;
  const lines = [
    `  <testsuite name="${xml(name)}" file="${xml(file)}" tests="${steps.length}" failures="${of('failed')}" skipped="${of('skipped')}">`,
    `    <properties><property name="seed" value="${seed}"/><property name="digest" value="${digest}"/></properties>`,
  ];
  for (const step of steps) {
    const open = `    <testcase classname="${xml(name)}" name="${xml(step.title)}" file="${xml(file)}" line="${step.place.line}"`;
    if (step.status === 'passed') lines.push(`${open}/>`);
    else if (step.status === 'skipped') lines.push(`${open}><skipped/></testcase>`);
    else lines.push(`${open}>`, `      <failure message="${xml(step.because[0] ?? '')}">${xml(step.because.join('\n'))}</failure>`, '    </testcase>');
  }
  return [...lines, '  </testsuite>'];
}

/** One JSON document; the digests of two reports tell whether two runs were the same. */
function json(report: Report): string {
  const scenarios = report.results.map(({ file, name, seed, passed, digest, virtual, steps }) => ({
    file, name, seed, passed, digest, virtualMicros: virtual,
    steps: steps.map(({ place, title, status, because, at }) => ({ line: place.line, column: place.column, title, status, atMicros: at, because })),
  }));
  return `${JSON.stringify({ format: 'pilothouse-report/1', exit: exitCode(report), scenarios, unread: report.unread }, null, 2)}\n`;
}
