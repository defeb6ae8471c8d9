/**
 * Certificates of a server with https: an authority of its own, the server's certificate, and one for each user.
 *
 * Everything is made anew at each start and lives in the kubeconfig only.
 */
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Identity } from './identity.ts';
import type { User } from './kubeconfig.ts';

/** A user to make a certificate for: the common name is the user, each organization a group. */
export interface UserSpec { readonly name: string; readonly groups: readonly string[] }

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** How each user signs in, the administrator first. */
  readonly users: readonly User[];
  /** Bearer token → who that is. */
  readonly tokens: ReadonlyMap<string, Identity>;
}

type X509 = typeof import('@peculiar/x509');
interface Issuer { readonly x509: X509; readonly keys: webcrypto.CryptoKeyPair; readonly name: string; readonly from: Date; readonly until: Date }

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALID_DAYS = 365;
const ROOT_DAYS = 3650;
const NAME = 'CN=kubernetes';
const DAY_MS = 86_400_000;
const administrator: UserSpec = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins'] };

/** A key and its own certificate: the root of everything else. */
export interface Root { readonly keys: webcrypto.CryptoKeyPair; /** PEM. */ readonly certificate: string; readonly from: Date; readonly until: Date }

/** Makes the root of an authority, for the time around a moment. */
export async function newRoot(around = new Date()): Promise<Root> {
  const x509 = await library();
  const keys = await newKeys();
  // Clocks of clients may be a little behind.
  const [from, until] = [new Date(around.getTime() - DAY_MS), new Date(around.getTime() + ROOT_DAYS * DAY_MS)];
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(), name: NAME, notBefore: from, notAfter: until, signingAlgorithm: ALGORITHM, keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { keys, certificate: root.toString('pem'), from, until };
}

/** A root as text: its certificate in PEM, its key (PKCS #8) in base64. */
export async function writeRoot({ keys, certificate }: Root): Promise<{ readonly certificate: string; readonly key: string }> {
  return { certificate, key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64') };
}

/** Reads what `writeRoot` wrote. Rejects when it is something else. */
export async function readRoot(text: { readonly certificate: string; readonly key: string }): Promise<Root> {
  const certificate = new (await library()).X509Certificate(text.certificate);
  const privateKey = await webcrypto.subtle.importKey('pkcs8', Buffer.from(text.key, 'base64'), ALGORITHM, true, ['sign']);
  const publicKey = await certificate.publicKey.export();
  return { keys: { privateKey, publicKey } as webcrypto.CryptoKeyPair, certificate: certificate.toString('pem'), from: certificate.notBefore, until: certificate.notAfter };
}

/** Signs a byte string with the key of a root: two numbers of 32 bytes, as a byte string. */
export async function signWith({ keys }: Root, bytes: string): Promise<string> {
  return Buffer.from(await webcrypto.subtle.sign(ALGORITHM, keys.privateKey, Buffer.from(bytes, 'latin1'))).toString('latin1');
}

async function library(): Promise<X509> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}

/** Makes everything that an authority signs for a server. */
export async function newAuthority(host: string, others: readonly UserSpec[], given?: Root): Promise<Authority> {
  const root = given ?? await newRoot();
  const x509 = await library();
  const issuer: Issuer = { x509, keys: root.keys, name: NAME, from: root.from, until: new Date(Math.min(root.until.getTime(), root.from.getTime() + VALID_DAYS * DAY_MS)) };
  const server = await issue(issuer, 'CN=kube-apiserver', { usage: x509.ExtendedKeyUsage.serverAuth, names: namesOf(host) });
  const users: User[] = [];
  const tokens = new Map<string, Identity>();
  for (const { name, groups } of [administrator, ...others]) {
    const signed = await issue(issuer, [{ CN: [name] }, ...groups.map(group => ({ O: [group] }))], { usage: x509.ExtendedKeyUsage.clientAuth, names: [] });
    const token = randomBytes(24).toString('base64url');
    tokens.set(token, Object.freeze({ credential: Object.freeze({ type: 'certificate', commonName: name, organizations: Object.freeze([...groups]) }) }));
    users.push({ name, certificate: signed.certificate, key: signed.key }, { name: `${name}-token`, token });
  }
  return { certificate: root.certificate, serverCertificate: server.certificate, serverKey: server.key, users, tokens };
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
const serial = (): string => `0${randomBytes(15).toString('hex')}`;

function namesOf(host: string): readonly { readonly type: 'ip' | 'dns'; readonly value: string }[] {
  const dns = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  const ips = ['127.0.0.1', '::1', '10.96.0.1', '10.0.0.10', ...(isIP(host) !== 0 ? [host] : [])];
  if (isIP(host) === 0 && !dns.includes(host)) dns.push(host);
  return [...dns.map(value => ({ type: 'dns', value } as const)), ...[...new Set(ips)].map(value => ({ type: 'ip', value } as const))];
}

async function issue(issuer: Issuer, subject: string | readonly Record<string, string[]>[], how: { readonly usage: string; readonly names: ReturnType<typeof namesOf> }): Promise<{ readonly certificate: string; readonly key: string }> {
  const { x509 } = issuer;
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(), subject: typeof subject === 'string' ? subject : [...subject], issuer: issuer.name, notBefore: issuer.from, notAfter: issuer.until, signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey, signingKey: issuer.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true), new x509.ExtendedKeyUsageExtension([how.usage]),
      ...(how.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...how.names])]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64').replace(/.{64}/g, '$&\n');
  return { certificate: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` };
}
