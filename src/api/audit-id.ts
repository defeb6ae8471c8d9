import { hashText } from '../base/prng.ts';

/** The id of a request in the audit log: always the same for the same request of the same server. */
export function auditId(server: string, serial: number): string {
  const part = (seed: number, digits: number): string => hashText(`${server} ${serial}`, seed).toString(16).padStart(8, '0').slice(0, digits);
  return `${part(1, 8)}-${part(2, 4)}-4${part(3, 3)}-a${part(4, 3)}-${part(5, 8)}${part(6, 4)}`;
}
