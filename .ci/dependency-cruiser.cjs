// Layers: a folder may import itself and any row above it; folders of one row never import each other.
const layers = [['base'], ['sim', 'api'], ['etcd', 'client'],
  ['apiserver', 'scheduler', 'controllers', 'kubelet', 'kubeproxy', 'addons', 'kubectl'],
  ['cluster'], ['lessons', 'scenario'], ['repl'], ['tui', 'serve', 'bench'], ['program'], ['main']];

// Pure, deterministic libraries that the closed folders may use, one reason each.
const allowed = [
  'sorted-btree', // the ordered map with constant-time clones behind Table
  '@noble/hashes', // SHA-1 and SHA-256: ids of etcd's members, its passwords, the names of kube-proxy's chains
  '@marcbachmann/cel-js', // CEL for lesson checks and scenarios
];

const forbidden = [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } }];
layers.forEach((row, i) => row.forEach((folder) => {
  const notBelow = layers.slice(i).flat().filter((other) => other !== folder);
  if (notBelow.length === 0) return;
  forbidden.push({
    name: `${folder}-imports-lower-layers-only`, severity: 'error',
    from: { path: `^src/${folder}(/|\\.ts$)` }, to: { path: `^src/(${notBelow.join('|')})(/|\\.ts$)` },
  });
}));
const closed = layers.slice(0, 6).flat().join('|');
forbidden.push({
  name: 'closed-folders-import-nothing-outside', severity: 'error',
  from: { path: `^src/(${closed})/` },
  to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'unknown'], pathNot: `node_modules/(${allowed.join('|')})/` },
});

module.exports = {
  forbidden,
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
};
