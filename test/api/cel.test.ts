/** Functions of Kubernetes' CEL, as table: expression → value as JSON, or `!` and what it fails with. @source kubernetes/apiserver pkg/cel/library */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { expressionEnvironment } from '../../src/api/cel/expression.ts';
import { Optional } from '@marcbachmann/cel-js';

const environment = expressionEnvironment(['self']);
const self = { text: 'abc', numbers: [1n, 2n, 3n], labels: { a: '1', b: '2' }, address: '10.0.0.7' };

const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Optional) return value.hasValue() ? { optional: plain(value.value()) } : 'none';
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])) : value;
};

function outcome(expression: string): string {
  const compiled = environment.check(expression);
  if (!compiled.ok) return `! ${compiled.error.message}`;
  const evaluated = compiled.value.evaluate({ self });
  return evaluated.ok ? JSON.stringify(plain(evaluated.value)) : `! ${evaluated.error}`;
}

const sections = readFileSync('test/api/cel.txt', 'utf8').split(/^# /m).slice(1);
t.ok(sections.length >= 8, 'the table has its sections');
for (const section of sections) {
  const [title = '', ...lines] = section.split('\n');
  t.test(title, t => {
    const rows = lines.filter(line => line.trim() !== '');
    t.ok(rows.length > 0);
    for (const row of rows) {
      const [expression = '', wanted = ''] = row.split(' => ');
      t.equal(outcome(expression.trim()), wanted.trim(), expression.trim());
    }
    t.end();
  });
}
