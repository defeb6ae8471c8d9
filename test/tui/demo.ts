// Opens the screens over a made-up session: `node dist/test/tui/demo.js [plain] [--theme NAME] [--no-mouse] [--lang ko|en] [--nodes N] [--pods N]`.
import { parseArgs } from 'node:util';
import { FakeSession } from './fake-session.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'theme': { type: 'string', default: 'dark' }, 'no-mouse': { type: 'boolean', default: false }, 'lang': { type: 'string', default: 'ko' },
    'nodes': { type: 'string', default: '4' }, 'pods': { type: 'string', default: '3' }, 'quiet': { type: 'boolean', default: false },
  },
});
const session = new FakeSession({ lang: values.lang === 'en' ? 'en' : 'ko', nodes: Number(values.nodes), podsPerNode: Number(values.pods) });
if (positionals[0] === 'plain') {
  const { runPlain } = await import('../../src/repl/plain.ts');
  process.exitCode = await runPlain(session, { quiet: values.quiet });
} else {
  const { runTui } = await import('../../src/tui/run.ts');
  process.exitCode = await runTui(session, { theme: values.theme, mouse: !values['no-mouse'] });
  process.exit();
}
