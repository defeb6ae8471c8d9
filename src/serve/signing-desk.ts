/** Signs what the cluster's controllers want signed, where the authority's key is the server's. What is signed goes into the world through its timeline. */
import { deepFreeze } from '../base/data.ts';
import { SIGNER, type SignerState } from '../client/signer.ts';
import type { Driver } from './driver.ts';
import { type Root, signWith } from './tls.ts';

/** How often the desk is looked at. */
const LOOK_MS = 20;

/** Opens the desk. Returns how to close it. */
export function openSigningDesk(driver: Driver, root: Root): () => void {
  const begun = new Set<number>();
  const sign = async (number: number, bytes: string): Promise<void> => {
    const signature = await signWith(root, bytes);
    driver.act({ type: 'deliver', to: SIGNER, body: deepFreeze({ type: 'signer.signed', number, signature }) });
  };
  const look = (): void => {
    const waiting = driver.cluster.kernel.stateOf<SignerState>(SIGNER)?.waiting ?? [];
    for (const { number, bytes } of waiting) {
      if (begun.has(number)) continue;
      begun.add(number);
      void sign(number, bytes);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return () => { clearInterval(timer); };
}
