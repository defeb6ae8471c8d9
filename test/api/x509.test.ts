import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import t from 'tap';
import { micros } from '../../src/base/data.ts';
import { parseTime } from '../../src/api/time.ts';
import { certificateBody, pemBytes, pemText, readCertificate, readRequest, signedCertificate } from '../../src/api/x509/certificate.ts';
import { der, elementAt, oid, oidText } from '../../src/api/x509/der.ts';
import { simulatedSignature } from '../../src/api/x509/signature.ts';
import { simulatedAuthority } from '../../src/cluster/bootstrap/authority.ts';

x509.cryptoProvider.set(webcrypto as never);
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 } as const;
const newKeys = (algorithm: object): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm as never, true, ['sign', 'verify']) as unknown as Promise<webcrypto.CryptoKeyPair>;
const at = (text: string): ReturnType<typeof micros> => parseTime(text) ?? micros(0);
const CA = readCertificate(pemBytes(simulatedAuthority, 'CERTIFICATE') ?? '');

const names: readonly x509.JsonGeneralName[] = [{ type: 'dns', value: 'a.example' }, { type: 'ip', value: '10.0.0.9' }, { type: 'ip', value: 'fe80::1' }, { type: 'email', value: 'a@b.c' }, { type: 'url', value: 'https://a.example/x' }];

t.test('a request is read as a library wrote it, and a certificate that is made of it is one that the library can check', async t => {
  for (const algorithm of [ECDSA, RSA]) {
    const keys = await newKeys(algorithm);
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: [{ CN: ['alice'] }, { O: ['dev'] }, { O: ['qa 팀'] }, { OU: ['unit'] }, { C: ['KR'] }, { L: ['Seoul'] }, { ST: ['S'] }], keys, signingAlgorithm: algorithm as never, extensions: [new x509.SubjectAlternativeNameExtension([...names])],
    });
    const read = readRequest(pemBytes(request.toString('pem'), 'CERTIFICATE REQUEST') ?? '');
    if (read === undefined || CA === undefined) throw new Error('the request was not read');
    t.match(read.name, { commonName: 'alice', organizations: ['dev', 'qa 팀'], organizationalUnits: ['unit'], countries: ['KR'], localities: ['Seoul'], provinces: ['S'], serialNumber: '' });
    t.same(read.names, { dns: ['a.example'], emails: ['a@b.c'], uris: ['https://a.example/x'], ips: ['10.0.0.9', 'fe80::1'] });
    const body = certificateBody({
      serial: '\x00\xff\x01', issuer: CA.subject, issuerKey: CA.keyIdentifier, notBefore: at('2026-02-01T00:00:00Z'), notAfter: at('2052-02-01T00:00:00Z'), subject: read.subject, publicKey: read.publicKey,
      alternativeNames: read.alternativeNames, usages: ['client auth', 'digital signature', 'decipher only'],
    });
    const pem = pemText(signedCertificate(body, simulatedSignature(body)), 'CERTIFICATE');
    const certificate = new x509.X509Certificate(pem);
    const authority = new x509.X509Certificate(simulatedAuthority);
    t.ok(await certificate.verify({ publicKey: authority.publicKey, signatureOnly: true }), 'the signature is good');
    t.notOk(await new x509.X509Certificate(pemText(signedCertificate(body, simulatedSignature(`${body}x`)), 'CERTIFICATE')).verify({ publicKey: authority.publicKey, signatureOnly: true }), 'that of other bytes is not');
    t.equal(certificate.subject, request.subject);
    t.equal(certificate.issuer, 'CN=kubernetes');
    t.equal(certificate.serialNumber, 'ff01');
    t.same([certificate.notBefore, certificate.notAfter], [new Date('2026-02-01T00:00:00Z'), new Date('2052-02-01T00:00:00Z')], 'two digits of the year, and four after 2049');
    t.same(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages, [x509.ExtendedKeyUsage.clientAuth]);
    t.equal(certificate.getExtension(x509.KeyUsagesExtension)?.usages, x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.decipherOnly);
    t.equal(certificate.getExtension(x509.BasicConstraintsExtension)?.ca, false);
    t.same(certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON(), names);
    t.equal(certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId, authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId);
    t.match(readCertificate(pemBytes(pem, 'CERTIFICATE') ?? ''), { issuer: { commonName: 'kubernetes' }, name: { commonName: 'alice' }, notAfter: at('2052-02-01T00:00:00Z') });
  }
  t.end();
});

t.test('the simulated authority is a real one', async t => {
  const authority = new x509.X509Certificate(simulatedAuthority);
  t.ok(await authority.verify({ signatureOnly: true }));
  t.equal(authority.getExtension(x509.BasicConstraintsExtension)?.ca, true);
  t.ok(CA !== undefined && signedCertificate(CA.body, simulatedSignature(CA.body)) !== '');
});

t.test('bytes that mean nothing are refused, whatever they are', async t => {
  const keys = await newKeys(ECDSA);
  const good = pemBytes((await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=x', keys, signingAlgorithm: ECDSA })).toString('pem'), 'CERTIFICATE REQUEST') ?? '';
  for (const bytes of ['', '\x30', '\x30\x80', '\x30\x85\x01\x01\x01\x01\x01', '\x30\x03\x02\x01', 'text', der(0x30, der(0x30))]) t.equal(readRequest(bytes), undefined);
  for (let i = 0; i < good.length; i++) {
    for (const change of [good.slice(0, i), `${good.slice(0, i)}${String.fromCharCode(good.charCodeAt(i) ^ 0x5a)}${good.slice(i + 1)}`]) { readRequest(change); readCertificate(change); }
  }
  t.pass('no change of a good one breaks the reader');
  for (const dotted of ['2.5.4.3', '1.2.840.113549.1.9.14', '2.16.840.1.113730.4.1']) t.equal(oidText(elementAt(oid(dotted), 0) as never), dotted);
});
