/** `etcdctl lease …`. */
import { micros } from '../../../base/data.ts';
import type { Command } from '../../command.ts';
import { cx } from '../../command.ts';
import { isOn, operand } from '../../options.ts';
import { callAny, defineEtcdctl, etcdError, EXIT } from './client.ts';
import { BigNumber, decimalId, headerJson, json, longId, orNothing } from './format.ts';

export const leaseGrant = defineEtcdctl({
  path: ['lease', 'grant'], summary: 'make a lease of some seconds', changesWorld: true, flags: [], examples: [{ line: 'etcdctl lease grant 60', shows: 'granted with TTL(60s)' }],
  *run(cli) {
    const ttl = Number(operand(cli.args, 'ttl'));
    if (!(ttl > 0)) return yield* etcdError(`bad TTL (strconv.ParseInt: parsing ${JSON.stringify(operand(cli.args, 'ttl'))}: invalid syntax)`, EXIT.badArguments);
    const answer = yield* callAny<{ readonly id: string; readonly ttl: number }>(cli, { op: 'leaseGrant', args: { ttl } });
    if (!answer.ok) return yield* etcdError(`failed to grant lease (${answer.error})`);
    const { header, body } = answer.value;
    yield* cx.print(cli.form === 'json' ? `${json({ header: headerJson(header), ID: new BigNumber(decimalId(body.id)), TTL: body.ttl })}\n` : `lease ${longId(body.id)} granted with TTL(${body.ttl}s)\n`);
    return 0;
  },
});

/** Ids may be typed with leading zeros. */
const plainId = (text: string): string => text.toLowerCase().replace(/^0+(?=.)/, '');

function leaseCommand(name: string, summary: string, more: Pick<Command, 'flags' | 'changesWorld'> & { run: Parameters<typeof defineEtcdctl>[0]['run'] }): Command {
  return defineEtcdctl({
    path: ['lease', name], summary, changesWorld: more.changesWorld, flags: more.flags, examples: [],
    *run(cli) {
      const id = operand(cli.args, 'lease');
      if (!/^[0-9a-fA-F]{1,16}$/.test(id)) return yield* etcdError(`bad lease ID (strconv.ParseInt: parsing ${JSON.stringify(id)}: invalid syntax)`, EXIT.badArguments);
      return yield* more.run(cli);
    },
  });
}

export const leaseRevoke = leaseCommand('revoke', 'end a lease and delete its keys', {
  changesWorld: true, flags: [],
  *run(cli) {
    const id = plainId(operand(cli.args, 'lease'));
    const answer = yield* callAny<object>(cli, { op: 'leaseRevoke', args: { id } });
    if (!answer.ok) return yield* etcdError(`failed to revoke lease (${answer.error})`);
    yield* cx.print(cli.form === 'json' ? `${json({ header: headerJson(answer.value.header) })}\n` : `lease ${longId(id)} revoked\n`);
    return 0;
  },
});

export const leaseKeepAlive = leaseCommand('keep-alive', 'keep a lease alive until interrupted', {
  changesWorld: true, flags: [{ name: 'once', type: 'bool', summary: 'only once' }],
  *run(cli) {
    const id = plainId(operand(cli.args, 'lease'));
    for (;;) {
      const answer = yield* callAny<{ readonly ttl: number }>(cli, { op: 'leaseKeepAlive', args: { id } });
      const isGone = (answer.ok && answer.value.body.ttl <= 0) || (!answer.ok && answer.error.includes('requested lease not found'));
      if (isGone) {
        yield* cx.print(`lease ${longId(id)} expired or revoked.\n`);
        return 0;
      }
      if (!answer.ok) return yield* etcdError(answer.error);
      const { ttl } = answer.value.body;
      yield* cx.print(`lease ${longId(id)} keepalived with TTL(${ttl})\n`);
      if (isOn(cli.args, 'once')) return 0;
      yield* cx.sleep(micros(Math.max(1, Math.floor((ttl * 1_000_000) / 3))));
    }
  },
});

export const leaseTimeToLive = leaseCommand('timetolive', 'show how long a lease has left', {
  changesWorld: false, flags: [{ name: 'keys', type: 'bool', summary: 'with the keys that hang on it' }],
  *run(cli) {
    const id = plainId(operand(cli.args, 'lease'));
    const withKeys = isOn(cli.args, 'keys');
    const answer = yield* callAny<{ readonly ttl: number; readonly grantedTtl: number; readonly keys?: readonly string[] }>(cli, { op: 'leaseTimeToLive', args: { id, ...(withKeys ? { keys: true } : {}) } });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    if (cli.form === 'json') yield* cx.print(`${json({ cluster_id: headerJson(header), id: new BigNumber(decimalId(id)), ttl: body.ttl, 'granted-ttl': orNothing(body.grantedTtl), keys: body.keys })}\n`);
    else if (body.grantedTtl === 0 && body.ttl === -1) yield* cx.print(`lease ${longId(id)} already expired\n`);
    else yield* cx.print(`lease ${longId(id)} granted with TTL(${body.grantedTtl}s), remaining(${body.ttl}s)${withKeys ? `, attached keys([${(body.keys ?? []).join(' ')}])` : ''}\n`);
    return 0;
  },
});

export const leaseList = defineEtcdctl({
  path: ['lease', 'list'], summary: 'list the leases', changesWorld: false, flags: [], examples: [{ line: 'etcdctl lease list', shows: 'leases' }],
  *run(cli) {
    const answer = yield* callAny<{ readonly leases: readonly { readonly id: string }[] }>(cli, { op: 'leaseLeases', args: {} });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    if (cli.form === 'json') yield* cx.print(`${json({ cluster_id: headerJson(header), leases: body.leases.map(({ id }) => ({ id: new BigNumber(decimalId(id)) })) })}\n`);
    else yield* cx.print(`found ${body.leases.length} leases\n${body.leases.map(({ id }) => `${longId(id)}\n`).join('')}`);
    return 0;
  },
});
