// What a line printed, as it is compared: exactly, or with what must differ put out of sight.

/** What a line did: exactly, but for the address of the server and the folder it ran in. Lines without an order are sorted. */
export function outcomeOf({ exit, stdout, stderr }, seat, isUnordered) {
  const parts = line => line.replace(/\[((?:error|cannot delete) .*)\]/, (_whole, errors) => `[${errors.split(/, (?=error |cannot delete )/).sort().join(', ')}]`).replace(/(?<=^Warning: ).*; .*$/, warnings => warnings.split('; ').sort().join('; '));
  const ordered = lines => (isUnordered ? lines.map(parts).sort() : lines);
  const place = text => text.replaceAll(seat.real, 'PLACE').replaceAll(seat.prompt, 'PLACE').replaceAll('/Users/learner/.kube/config', 'PLACE/.kubeconfig')
    .replace(/https:\/\/10\.0\.0\.10:6443|http:\/\/127\.0\.0\.1:\d{4,5}(?=\D|$)/g, 'SERVER').replace(/10\.0\.0\.10:6443/g, 'HOST:PORT').replaceAll(`127.0.0.1:${seat.port}`, 'HOST:PORT')
    .replace(/\n$/, '');
  return { exact: { exit, stdout: ordered(place(stdout).split('\n')), stderr: ordered(place(stderr).split('\n').filter(line => !LOGGED.test(line))) } };
}

/** What the libraries of the real kubectl log about attempts and broken watches, before kubectl says its sentence. */
const LOGGED = /^[IE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (reflector|memcache)\.go/;
const MASKS = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| [+-]\d{4}( UTC)?)?/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/(resourceVersion["']?: ?)"\d+"/g, '$1"RV"'],
  [/\.[0-9a-f]{15,16}\b/g, '.STAMP'],
  [/^[WEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (\w+\.go):\d+\]/, 'LOG $1]'],
  [/\b(debugger(-worker-\d)?|LIVE|MERGED|kubectl-edit)-\w+/g, '$1-RANDOM'],
  // Ages, and the columns whose width they change.
  [/(?<![\w.-])(\d+(\.\d+)?(µs|ms|[ydhms]))+(?![\w.-])/g, 'AGE'],
  [/<(unknown|invalid)>/g, 'AGE'],
  [/ {2,}|\t/g, ' '],
  [/-{3,}/g, '---'],
  [/ +$/, ''],
];

/** A line with what must differ put out of sight. */
export const masked = line => MASKS.reduce((text, [pattern, by]) => text.replace(pattern, by), line);

/** Whether two outcomes agree: `exact`, `masked` (but for what must differ), or `differs` with the lines. */
export function linesDiffering({ exact: real }, { exact: prompt }) {
  const compared = real.stdout.length + real.stderr.length + 1;
  const isEqual = change => real.exit === prompt.exit && ['stdout', 'stderr'].every(stream => real[stream].map(change).join('\n') === prompt[stream].map(change).join('\n'));
  if (isEqual(line => line)) return { verdict: 'exact', compared, differences: [] };
  if (isEqual(masked)) return { verdict: 'masked', compared, differences: [] };
  const differences = ['stdout', 'stderr'].flatMap(stream => between(real[stream], prompt[stream]).map(line => `${stream} ${line}`));
  return { verdict: 'differs', compared, differences: [...(real.exit === prompt.exit ? [] : [`exit ${real.exit} (real), ${prompt.exit} (prompt)`]), ...differences] };
}

/** The shortest way from one list of lines to another, by longest common subsequence; long lists by position. */
function between(real, prompt) {
  const [a, b] = [real.map(masked), prompt.map(masked)];
  if (a.length * b.length > 4_000_000) return a.flatMap((line, i) => (line === b[i] ? [] : [`- ${line}`, `+ ${b[i]}`]));
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  const found = [];
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) { i++; j++; } else if (j >= b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) found.push(`- ${real[i++]}`); else found.push(`+ ${prompt[j++]}`);
  }
  return found;
}
