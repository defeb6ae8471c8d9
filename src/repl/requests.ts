/** Where requests are, as a table. */
import { humanDuration } from '../api/time.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import { layOut, widthsOf } from '../kubectl/table.ts';

/** Rows shown; the rest is counted. */
const ROWS_MAX = 50;

/** The requests that are on their way through the API servers now, one line each. */
export function requestLines(view: WorldView, lang: 'ko' | 'en'): readonly string[] {
  const ko = lang === 'ko';
  const requests = view.requests();
  if (requests.length === 0) return [ko ? '지금 API 서버 안에서 기다리는 요청은 없어요.' : 'No request is on its way in an API server now.'];
  // What matters most comes first: a narrow screen cuts the rest.
  const rows = [['STAGE', 'WAITS FOR', 'AGE', 'REQUEST', 'USER', 'SERVER'],
    ...requests.slice(0, ROWS_MAX).map(({ server, user, what, stage, waitsFor, since }) => [stage, waitsFor, humanDuration(view.now - since), what, user === '' ? '?' : user, server])];
  const lines = layOut(rows, widthsOf(rows)).trimEnd().split('\n');
  const more = requests.length - ROWS_MAX;
  return more <= 0 ? lines : [...lines, ko ? `…외 ${more}건` : `… and ${more} more`];
}
