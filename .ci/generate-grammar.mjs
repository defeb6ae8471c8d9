// Compiles grammar/*.ne into src/repl/parse/grammar.generated.ts. Skipped when that is newer than every source.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const target = 'src/repl/parse/grammar.generated.ts';
const sources = readdirSync('grammar').filter((name) => name.endsWith('.ne')).map((name) => join('grammar', name));
const inputs = [...sources, '.ci/generate-grammar.mjs'];
const isFresh = existsSync(target) && inputs.every((path) => statSync(path).mtimeMs < statSync(target).mtimeMs);
if (!isFresh) generate();

function generate() {
  const nearley = require('nearley');
  const compile = require('nearley/lib/compile.js');
  const language = nearley.Grammar.fromCompiled(require('nearley/lib/nearley-language-bootstrapped.js'));
  const main = join('grammar', 'command.ne');
  const parser = new nearley.Parser(language);
  parser.feed(readFileSync(main, 'utf8'));
  const compiled = compile(parser.results[0], { args: [main] });
  check(compiled.rules);
  writeFileSync(target, render(compiled));
}

/** Each included file numbers its helper rules by itself, so equal helper names would merge two rules into a wrong one. */
function check(rules) {
  const names = new Set(rules.map((rule) => rule.name));
  const helpers = rules.filter((rule) => rule.name.includes('$'));
  if (helpers.length > 0) fail(`write "${helpers[0].name.split('$')[0]}" without ?, *, + or (…): helper names of included files collide`);
  for (const rule of rules) {
    for (const symbol of rule.symbols) {
      if (typeof symbol === 'string' && !names.has(symbol)) fail(`rule "${rule.name}" names "${symbol}", which no rule defines`);
    }
  }
  const used = new Set(rules.flatMap((rule) => rule.symbols.filter((symbol) => typeof symbol === 'string')));
  const idle = [...names].find((name) => !used.has(name) && name !== rules[0].name);
  if (idle !== undefined) fail(`rule "${idle}" is never used`);
}

function fail(message) {
  console.error(`grammar: ${message}`);
  process.exit(1);
}

function renderSymbol(symbol) {
  if (typeof symbol === 'string') return JSON.stringify(symbol);
  if (symbol.literal !== undefined) return `{ literal: ${JSON.stringify(symbol.literal)} }`;
  return `hint(${JSON.stringify(/\{type: "(.*)"\}/.exec(symbol.token)[1])})`;
}

function render(compiled) {
  const rules = compiled.rules.map((rule) => {
    const build = rule.postprocess ? `, postprocess: ${String(rule.postprocess).trim()}` : '';
    return `  { name: ${JSON.stringify(rule.name)}, symbols: [${rule.symbols.map(renderSymbol).join(', ')}]${build} },`;
  });
  return [
    '// Compiled from grammar/*.ne by .ci/generate-grammar.mjs.',
    "import { type CompiledRule, hint } from './terminals.ts';",
    ...compiled.body.map((text) => text.trim()),
    '',
    `export const grammarStart = ${JSON.stringify(compiled.rules[0].name)};`,
    'export const grammarRules: readonly CompiledRule[] = [', ...rules, '];', '',
  ].join('\n');
}
