/** `pilothouse run`: scenarios without a screen. */
import { micros, type Result } from '../base/data.ts';
import type { Lang } from '../base/text.ts';
import { createCel } from '../cluster/cel/evaluate.ts';
import { parseTopology, type Topology } from '../cluster/topology.ts';
import { readScenarioFile } from '../repl/scenario-files.ts';
import { Session } from '../repl/session.ts';
import { exitCode, type ReporterName, reporterNames, reportText, type UnreadFile } from '../scenario/report.ts';
import { runScenario, type ScenarioPrompt, type ScenarioResult, withSeed } from '../scenario/runner.ts';
import type { Scenario } from '../scenario/schema.ts';
import { bootedWorld } from './booted.ts';
import { findTopology } from './clusters.ts';
import type { ProgramOptions } from './options.ts';
import { lessonsFolder, topologyOf } from './prompt.ts';
import { anyOfThese, misfit, words } from './words.ts';

/** Runs the scenario files that the words name. */
export async function runScenarios(options: ProgramOptions): Promise<number> {
  const files = options.words.slice(1);
  if (files.length === 0) { process.stderr.write(`${words.nameScenario[options.lang]}\n`); return 2; }
  if (!(reporterNames as readonly string[]).includes(options.reporter)) {
    process.stderr.write(`${misfit('--reporter', anyOfThese(reporterNames), options.reporter)[options.lang]}\n`);
    return 2;
  }
  const results: ScenarioResult[] = [];
  const unread: UnreadFile[] = [];
  const cel = createCel();
  for (const file of files) {
    const reading = readScenarioFile(file, cel, options.lang);
    if (reading.scenario === undefined) { unread.push({ file, problems: reading.problems }); continue; }
    for (const scenario of seeded(reading.scenario, options)) {
      const played = play(scenario, options.lang);
      if (Array.isArray(played)) unread.push({ file, problems: played });
      else results.push(played as ScenarioResult);
    }
  }
  const report = { results, unread };
  process.stdout.write(reportText(report, options.reporter as ReporterName, options.lang));
  return exitCode(report);
}

function seeded(scenario: Scenario, options: ProgramOptions): readonly Scenario[] {
  if (options.seeds !== undefined) {
    const [from, to] = options.seeds;
    return Array.from({ length: to - from + 1 }, (_, i) => withSeed(scenario, from + i));
  }
  return [options.seed === undefined ? scenario : withSeed(scenario, options.seed)];
}

/** What came of a scenario, or why its cluster cannot be built. */
function play(scenario: Scenario, lang: Lang): ScenarioResult | readonly string[] {
  const topology = topologyFor(scenario.cluster, lang);
  if (!topology.ok) return topology.error.map(problem => `${scenario.file}:${scenario.clusterAt.line}:${scenario.clusterAt.column}: ${problem}`);
  const booted = bootedWorld(topology.value, scenario.seed);
  const session = new Session({
    topology: topology.value, seed: scenario.seed, lang: 'en', lessonsFolder: lessonsFolder(), topologyOf, ...(booted !== undefined ? { booted } : {}),
  });
  return runScenario(scenario, promptOf(session));
}

/** A preset or file by name, or the topology written in the scenario. */
function topologyFor(cluster: unknown, lang: Lang): Result<Topology, readonly string[]> {
  if (typeof cluster === 'string') {
    const found = findTopology(cluster, lang);
    return found.ok ? found : { ok: false, error: found.error.split('\n') };
  }
  const parsed = parseTopology(cluster, lang);
  return parsed.ok ? parsed : { ok: false, error: parsed.error.map(problem => `cluster.${problem}`) };
}

/** A session as scenarios see it. */
export function promptOf(session: Session): ScenarioPrompt {
  return {
    run: line => session.run(line),
    advance: time => { session.pass(time); },
    runUntil(holds, within) {
      const end = session.now + within;
      while (!holds(session.view)) {
        if (session.now >= end) return false;
        session.pass(micros(Math.min(100_000, end - session.now)));
      }
      return true;
    },
    inject: words => session.inject(words[0] ?? '', words.slice(1)),
    heal(words) {
      const healed = session.heal(words[0], words.slice(1));
      return healed.ok ? { ok: true, value: healed.value.join(', ') } : healed;
    },
    view: () => session.view,
    digest: () => session.digest,
    now: () => session.now,
  };
}
