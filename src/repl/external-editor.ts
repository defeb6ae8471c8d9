/** The learner's own editor, for `kubectl edit` where there is no screen. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft, Edited } from '../kubectl/command.ts';
import { readEdited } from './manifest.ts';

/** Opens $KUBE_EDITOR or $EDITOR on a file and waits for it; with neither, `vi` when there is a terminal.
 * @source kubernetes/kubectl pkg/cmd/util/editor/editor.go */
export function editOutside(draft: Draft, isTerminal: boolean): Edited {
  const editor = process.env['KUBE_EDITOR'] || process.env['EDITOR'] || (isTerminal ? 'vi' : '');
  const refusal = (message: string): Edited => ({ type: 'noEditor', message });
  if (editor === '') return refusal('unable to launch the editor "vi"\nThere is no terminal for an editor here. Set KUBE_EDITOR, or give the edited object: kubectl edit TYPE NAME <<EOF');
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-edit-'));
  const file = join(folder, 'object.yaml');
  try {
    writeFileSync(file, draft.text);
    // The editor may come with arguments of its own, as in KUBE_EDITOR="sed -i s/a/b/".
    const done = spawnSync('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: isTerminal ? 'inherit' : ['ignore', 'ignore', 'inherit'] });
    if (done.status !== 0) return refusal(`there was a problem with the editor ${JSON.stringify(editor)}`);
    return readEdited(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
