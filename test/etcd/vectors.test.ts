import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { RAFT_KINDS } from './raft-vectors.ts';
import { runMvccCase } from './mvcc-vectors.ts';

const cases: any[] = ['mvcc-raft', 'own-mvcc-raft'].flatMap(file => parse(readFileSync(`test/vectors/${file}.yaml`, 'utf8')).cases);

for (const one of cases.filter(({ kind }) => kind === 'mvcc')) {
  t.test(`${one.id}: ${one.name}`, async (t) => {
    runMvccCase(one, (label, found, wanted) => t.same(found, wanted, label));
  });
}

/** Cases that ask for a whole cluster with clients; `member.test.ts` holds them. */
const ELSEWHERE = new Set(['raft-read-05']);

for (const one of cases.filter(({ kind, id }) => kind !== 'mvcc' && !ELSEWHERE.has(id))) {
  t.test(`${one.id}: ${one.name}`, async (t) => {
    const found = RAFT_KINDS[one.kind]?.(one) ?? {};
    for (const key of Object.keys(one.expect)) t.same(found[key], one.expect[key], key);
  });
}
