/**
 * The authority that all processes over one store share: each shows a certificate of it, takes the certificates that it signed, and passes requests on to the others.
 *
 * It lies beside the registry, at `/pilothouse/registry/authority`; the first process makes it. Whoever reads the store is the administrator of the cluster anyway.
 *
 * @fidelity simplified: kubeadm copies the key of the authority to the disk of each control plane; here it lies in the store
 */
import { randomBytes } from 'node:crypto';
import type { IOptions } from 'etcd3';
import type { Result } from '../../base/data.ts';
import { newRoot, readRoot, type Root, writeRoot } from '../tls.ts';
import { newClient } from './connection.ts';

/** The authority, and what proves that a request was passed on by one of the processes. */
export interface SharedAuthority { readonly root: Root; readonly secret: string }

interface Stored { readonly certificate: string; readonly key: string; readonly secret: string }

type KeyValues = ReturnType<typeof newClient>['kv'];

const SECRET_BYTES = 32;

/** Reads the authority of a store, or makes it. The error names what lies there instead. Rejects when etcd does not answer. */
export async function sharedAuthority(library: IOptions, prefix: string): Promise<Result<SharedAuthority, string>> {
  const name = `/pilothouse${prefix}/authority`;
  const client = newClient(library);
  try {
    return await read(name, await stored(client.kv, Buffer.from(name)));
  } finally {
    client.close();
  }
}

/** The text below the key. Of several that begin at once one makes it. */
async function stored(kv: KeyValues, key: Buffer): Promise<string> {
  const found = (await kv.range({ key })).kvs[0];
  if (found !== undefined) return found.value.toString();
  const made: Stored = { ...await writeRoot(await newRoot()), secret: randomBytes(SECRET_BYTES).toString('base64url') };
  const value = JSON.stringify(made);
  const { succeeded } = await kv.txn({ compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }], success: [{ request_put: { key, value: Buffer.from(value) } }] });
  return succeeded ? value : stored(kv, key);
}

async function read(name: string, text: string): Promise<Result<SharedAuthority, string>> {
  try {
    const { certificate, key, secret } = JSON.parse(text) as Stored;
    if (typeof secret !== 'string' || secret.length < SECRET_BYTES) throw new Error('no secret');
    return { ok: true, value: { root: await readRoot({ certificate, key }), secret } };
  } catch (error) {
    return { ok: false, error: `the key ${name} of etcd holds no authority (${error instanceof Error ? error.message : String(error)}); when it is deleted, a new one is made` };
  }
}
