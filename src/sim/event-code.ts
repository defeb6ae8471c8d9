import { hashText } from '../base/prng.ts';
import type { QueueItem } from './world.ts';

const codes = new Map<string, number>();

/** Small number for an input's kind, so that the digest tells kinds apart. */
export function kindCode(item: QueueItem): number {
  const text = item.type === 'message' ? ((item.body as { type?: string }).type ?? 'message') : item.type;
  let code = codes.get(text);
  if (code === undefined) codes.set(text, (code = hashText(text)));
  return code;
}
