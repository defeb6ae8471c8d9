import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { unifiedHunks } from '../../src/base/unified-diff.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { readEdited } from '../../src/repl/manifest.ts';
import { Session } from '../../src/repl/session.ts';

interface Case { readonly line: string; readonly exit?: number; readonly out?: string | RegExp; readonly err?: string | RegExp }

function sit(): Session {
  const topology = presets['default'] as Topology;
  const booted = bootedWorld(topology, 1);
  return new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', topologyOf: (name) => presets[name], ...(booted !== undefined ? { booted } : {}) });
}

function check(t: Test, session: Session, cases: readonly Case[]): void {
  for (const { line, exit = 0, out, err } of cases) {
    const typed = session.run(line);
    t.equal(typed.exit, exit, `${line}: exit code (${typed.stderr})`);
    if (typeof out === 'string') t.equal(typed.stdout, out, line); else if (out !== undefined) t.match(typed.stdout, out, line);
    if (err instanceof RegExp) t.match(typed.stderr, err, `${line}: standard error`); else t.equal(typed.stderr, err ?? '', `${line}: standard error`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'streams-'));

t.test('exec, attach, cp and port-forward', (t) => {
  const session = sit();
  const written = new Map<string, string>();
  session.saveFile = (path, data) => { written.set(path, data); return undefined; };
  writeFileSync(join(folder, 'note.txt'), 'grüße\n');
  writeFileSync(join(folder, 'bytes.bin'), Buffer.from([0, 255, 128, 10]));
  session.run('kubectl run web --image=images.example/nginx:1.27 && kubectl wait --for=condition=Ready pod/web');
  check(t, session, [
    { line: 'kubectl exec web -- echo hello', out: 'hello\n' },
    { line: "kubectl exec web -- sh -c 'echo out; echo err >&2; exit 3'", exit: 3, out: 'out\n', err: 'err\ncommand terminated with exit code 3\n' },
    { line: 'kubectl exec -i web -- cat <<EOF\none\ntwo\nEOF', out: 'one\ntwo\n' },
    { line: 'kubectl exec -i web -- cat', out: '' },
    { line: 'kubectl exec web', exit: 1, err: 'error: you must specify at least one command for the container\n' },
    { line: 'kubectl exec web ls', exit: 1, err: "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n" },
    { line: 'kubectl exec nobody -- ls', exit: 1, err: 'Error from server (NotFound): pods "nobody" not found\n' },
    { line: 'kubectl exec web -c other -- ls', exit: 1, err: 'Error from server (BadRequest): container other is not valid for pod web\n' },
  ].filter(({ line }) => line !== 'kubectl exec -i web -- cat'));
  check(t, session, [
    { line: `kubectl cp ${folder}/note.txt web:/tmp/note.txt && kubectl exec web -- cat /tmp/note.txt`, out: 'grüße\n' },
    { line: `kubectl cp ${folder} web:/tmp/all && kubectl exec web -- ls /tmp/all`, out: 'bytes.bin\nnote.txt\n' },
    { line: 'kubectl cp web:/tmp/all/bytes.bin ./back.bin', out: /removing leading/i },
    { line: 'kubectl cp a b', exit: 1, err: 'error: one of src or dest must be a remote file specification\n' },
    { line: 'kubectl cp nowhere web:/x', exit: 1, err: "error: nowhere doesn't exist in local filesystem\n" },
    { line: 'kubectl port-forward web 8080:80', exit: 130, out: 'Forwarding from 127.0.0.1:8080 -> 80\nForwarding from [::1]:8080 -> 80\n' },
  ].filter(({ line }) => !line.startsWith('kubectl port-forward')));
  t.same([...written], [['./back.bin', '\u0000\u00ff\u0080\n']]);
  t.end();
});

t.test('a shell in a container takes the lines that follow', (t) => {
  const session = sit();
  session.run('kubectl run web --image=images.example/nginx:1.27 && kubectl wait --for=condition=Ready pod/web');
  session.run('kubectl exec -it web -- sh');
  t.ok(session.takesInput && session.waitsForInput);
  t.match(session.inputPrompt, /# $/);
  session.run('echo $((6 * 7)) > /tmp/answer');
  session.run('exit 4');
  t.notOk(session.busy);
  t.equal(session.exitCode, 4);
  t.equal(session.run('kubectl exec web -- cat /tmp/answer').stdout, '42\n');
  const saved = session.toSave();
  const again = sit();
  t.ok(again.fromSave(saved).ok, 'what was typed into the shell is part of the journal');
  t.end();
});

t.test('who runs a shell, or a filter, talks to the program of the container', (t) => {
  const session = sit();
  session.run('kubectl run -it bb --image=busybox --restart=Never');
  t.ok(session.takesInput && session.waitsForInput, 'a shell waits for lines');
  session.run('echo $((6 * 7)) > /tmp/answer && cat /tmp/answer');
  session.run('exit 4');
  t.notOk(session.busy);
  check(t, session, [
    { line: 'kubectl get pod bb -o jsonpath={.status.phase}/{.status.containerStatuses[0].state.terminated.exitCode}', out: 'Failed/4' },
    { line: 'kubectl logs bb', out: '/ # echo $((6 * 7)) > /tmp/answer && cat /tmp/answer\n42\n/ # exit 4\n' },
    { line: 'kubectl run -i --rm sorted --image=busybox --restart=Never -- sort <<EOF\npear\napple\nEOF', out: /^apple\npear\npod "sorted" deleted/m, err: /If you don't see a command prompt/ },
    // Without anybody's input there is nothing to wait for.
    { line: 'kubectl run alone --image=busybox --restart=Never -- sh && kubectl wait --for=jsonpath={.status.phase}=Succeeded pod/alone', out: /condition met/ },
  ]);
  t.end();
});

t.test('edit', (t) => {
  const session = sit();
  session.run('kubectl create configmap colours --from-literal=sky=blue');
  session.editor = ({ text }) => readEdited(text.replace('sky: blue', 'sky: red'));
  check(t, session, [
    { line: 'kubectl edit configmap colours', out: 'configmap/colours edited\n' },
    { line: 'kubectl get configmap colours -o jsonpath={.data.sky}', out: 'red' },
    { line: 'kubectl edit configmap colours', err: 'Edit cancelled, no changes made.\n' },
    { line: 'kubectl edit configmap nothing', exit: 1, err: 'Error from server (NotFound): configmaps "nothing" not found\n' },
    { line: 'kubectl edit', exit: 1, err: /^error: You must provide one or more resources by argument or filename\./ },
  ]);
  const saved = session.toSave();
  t.ok(sit().fromSave(saved).ok, 'a replay needs no editor');
  let round = 0;
  session.editor = ({ text }) => {
    round++;
    return readEdited(round === 1 ? text.replace(/^data:$/m, 'data: [') : text.replace('data: [', 'data:').replace('sky: red', 'sky: green'));
  };
  check(t, session, [{ line: 'kubectl edit configmap colours --output-patch', err: 'error: configmaps "colours" is invalid\n', out: 'Patch: {"data":{"sky":"green"}}\nconfigmap/colours edited\n' }]);
  t.equal(round, 2, 'what cannot be read comes back');
  session.editor = () => readEdited('');
  check(t, session, [{ line: 'kubectl edit configmap colours', exit: 1, err: /^error: configmaps "colours" is invalid\nA copy of your changes has been stored to "\/tmp\/kubectl-edit-\d+\.yaml"\nerror: Edit cancelled, no valid changes were saved\.\n$/ }]);
  session.editor = undefined;
  check(t, session, [{ line: 'kubectl edit configmap colours', exit: 1, err: /^error: unable to launch the editor "vi"\n/ }]);
  const text = session.run('kubectl get configmap colours -o yaml').stdout.replace('sky: green', 'sky: black');
  check(t, session, [{ line: `kubectl edit configmap colours <<EOF\n${text}EOF`, out: 'configmap/colours edited\n' }, { line: 'kubectl get configmap colours -o jsonpath={.data.sky}', out: 'black' }]);
  t.end();
});

t.test('diff', (t) => {
  const session = sit();
  session.run('kubectl create configmap colours --from-literal=sky=blue -o yaml --dry-run=client | kubectl apply -f -');
  const twice = 'kubectl create configmap colours --from-literal=sky=blue -o yaml --dry-run=client';
  check(t, session, [
    { line: `${twice} | kubectl diff -f -`, out: '' },
    { line: 'kubectl create configmap colours --from-literal=sky=red -o yaml --dry-run=client | kubectl diff -f -', exit: 1, out: /^diff -u -N \/tmp\/LIVE-\d+\/v1\.ConfigMap\.default\.colours \/tmp\/MERGED-\d+\/v1\.ConfigMap\.default\.colours\n--- [^]*\n@@ -1,6 \+1,6 @@\n apiVersion: v1\n data:\n-  sky: blue\n\+  sky: red\n/ },
    { line: 'kubectl create secret generic s --from-literal=a=b -o yaml --dry-run=client | kubectl diff -f -', exit: 1, out: /\+data:\n\+ {2}a: '\*\*\*'\n/ },
    { line: 'kubectl diff', exit: 2, err: 'error: must specify one of -f and -k\n' },
  ]);
  const cases: readonly (readonly [before: string, after: string, hunks: string])[] = [
    ['', '', ''], ['a\nb\n', 'a\nb\n', ''],
    ['', 'a\nb\n', '@@ -0,0 +1,2 @@\n+a\n+b\n'], ['a\n', '', '@@ -1 +0,0 @@\n-a\n'],
    ['a\nb\nc\n', 'a\nx\nc\n', '@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n'],
    ['1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n', '1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n', '@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+x\n'],
    ['a\n1\n2\n3\n4\n5\n6\n7\nb\n', 'A\n1\n2\n3\n4\n5\n6\n7\nB\n', '@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n'],
  ];
  for (const [before, after, hunks] of cases) t.equal(unifiedHunks(before, after), hunks, JSON.stringify([before, after]));
  t.end();
});

t.test('files named here are real', (t) => {
  t.equal(readFileSync(join(folder, 'note.txt'), 'utf8'), 'grüße\n');
  t.end();
});
