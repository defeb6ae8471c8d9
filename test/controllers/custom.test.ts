import t from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { Session } from '../../src/repl/session.ts';

/** Custom kinds as their user meets them: at the prompt, on a whole cluster. */

function sit(): Session {
  const topology = presets['default'] as Topology;
  const booted = bootedWorld(topology, 1);
  return new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', topologyOf: (name) => presets[name], ...(booted !== undefined ? { booted } : {}) });
}

const out = (session: Session, line: string): string => session.run(line).stdout.trimEnd();
const json = (session: Session, line: string): any => JSON.parse(session.run(`${line} -o json`).stdout);
const apply = (session: Session, object: object): string => out(session, `kubectl apply -f - <<'EOF'\n${JSON.stringify(object)}\nEOF`);

const schema = (properties: object = {}): object => ({ openAPIV3Schema: { type: 'object', properties: { spec: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true, properties } } } });
const definition = (kind: string, more: object = {}, version: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${kind.toLowerCase()}s.example.com` },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: `${kind.toLowerCase()}s`, kind, ...more }, versions: [{ name: 'v1', served: true, storage: true, schema: schema(), ...version }] },
});
const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: any, blocks = true): object => ({ apiVersion, kind, name, uid, blockOwnerDeletion: blocks });
const crate = (name: string, owners: object[] = [], more: object = {}): object => ({ apiVersion: 'example.com/v1', kind: 'Crate', metadata: { name, namespace: 'default', ownerReferences: owners, ...more }, spec: {} });
const map = (name: string, owners: object[]): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ownerReferences: owners } });

/** Two kinds: a namespaced one that has the name of a built-in one beside it, and one without namespaces. */
function withKinds(): Session {
  const session = sit();
  apply(session, definition('Crate'));
  apply(session, { ...definition('Depot'), spec: { ...(definition('Depot') as any).spec, scope: 'Cluster' } });
  session.run('kubectl wait --for=condition=established crd --all');
  // The garbage collector asks every thirty seconds which kinds there are.
  session.run('advance 31s');
  return session;
}

t.test('custom resources own and are owned', t => {
  const session = withKinds();
  const names = (): string => out(session, 'kubectl get crates,configmaps -o name').split('\n').filter(name => !name.includes('kube-root-ca')).join(' ');
  apply(session, crate('top'));
  const top = json(session, 'kubectl get crate top');
  apply(session, crate('middle', [ownedBy(top)]));
  apply(session, map('below', [ownedBy(json(session, 'kubectl get crate middle'))]));
  t.equal(names(), 'crate.example.com/middle crate.example.com/top configmap/below');
  t.equal(session.run('kubectl delete crate top').exit, 0);
  session.run('advance 5s');
  t.equal(names(), '', 'in the background everything below goes');

  apply(session, crate('top'));
  apply(session, map('below', [ownedBy(json(session, 'kubectl get crate top'))]));
  session.run('kubectl patch configmap below --type merge -p \'{"metadata":{"finalizers":["example.com/hold"]}}\'');
  session.run('kubectl delete crate top --cascade=foreground --wait=false');
  session.run('advance 5s');
  const waiting = json(session, 'kubectl get crate top');
  t.same([waiting.metadata.finalizers, typeof waiting.metadata.deletionTimestamp], [['foregroundDeletion'], 'string'], 'the owner waits for what blocks it');
  session.run('kubectl patch configmap below --type merge -p \'{"metadata":{"finalizers":null}}\'');
  session.run('advance 5s');
  t.equal(names(), '');

  apply(session, crate('top'));
  apply(session, map('below', [ownedBy(json(session, 'kubectl get crate top'))]));
  apply(session, crate('side', [ownedBy(json(session, 'kubectl get crate top'))]));
  session.run('kubectl delete crate top --cascade=orphan');
  session.run('advance 5s');
  t.equal(names(), 'crate.example.com/side configmap/below', 'orphans stay');
  t.same([json(session, 'kubectl get configmap below').metadata.ownerReferences, json(session, 'kubectl get crate side').metadata.ownerReferences], [undefined, undefined]);
  t.end();
});

t.test('owners that are built in, without a namespace, or nobody', t => {
  const session = withKinds();
  apply(session, map('root', []));
  apply(session, crate('a', [ownedBy(json(session, 'kubectl get configmap root'))]));
  apply(session, { apiVersion: 'example.com/v1', kind: 'Depot', metadata: { name: 'hub' }, spec: {} });
  apply(session, crate('b', [ownedBy(json(session, 'kubectl get depot hub'))]));
  apply(session, crate('c', [{ apiVersion: 'example.com/v1', kind: 'Depot', name: 'gone', uid: '00000000-0000-4000-8000-000000000000' }]));
  session.run('advance 5s');
  t.equal(out(session, 'kubectl get crates -o name'), 'crate.example.com/a\ncrate.example.com/b', 'an owner that does not exist takes its dependent along');
  session.run('kubectl delete configmap root');
  session.run('kubectl delete depot hub');
  session.run('advance 5s');
  t.equal(out(session, 'kubectl get crates -o name'), '');
  apply(session, crate('stray', [{ apiVersion: 'nowhere.example.com/v1', kind: 'Thing', name: 'x', uid: '00000000-0000-4000-8000-000000000001' }]));
  session.run('advance 60s');
  t.equal(out(session, 'kubectl get crates -o name'), 'crate.example.com/stray', 'of a kind that nobody knows nothing is sure');
  t.end();
});

t.test('a namespace takes its custom resources along', t => {
  const session = withKinds();
  session.run('kubectl create namespace shop');
  apply(session, crate('plain', [], { namespace: 'shop' }));
  apply(session, crate('held', [], { namespace: 'shop', finalizers: ['example.com/hold'] }));
  session.run('kubectl delete namespace shop --wait=false');
  session.run('advance 10s');
  t.equal(out(session, 'kubectl get crates -n shop -o name'), 'crate.example.com/held');
  const conditions = json(session, 'kubectl get namespace shop').status.conditions.map(({ type, status, reason, message }: any) => `${type} ${status} ${reason}: ${message}`);
  t.same(conditions, [
    'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
    'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: crates.example.com has 1 resource instances',
    'NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ]);
  session.run('kubectl patch crate held -n shop --type merge -p \'{"metadata":{"finalizers":null}}\'');
  session.run('advance 20s');
  t.match(session.run('kubectl get namespace shop').stderr, /namespaces "shop" not found/);
  t.end();
});

t.test('kubectl knows custom kinds by all their names, and explains them', t => {
  const session = sit();
  const properties = { size: { type: 'integer', description: 'How many fit in.' }, kind: { type: 'string', enum: ['wood', '', 'steel', 'paper', 'glass'] }, parts: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } }, labels: { type: 'object', additionalProperties: { type: 'string' } } };
  const openAPIV3Schema = { type: 'object', description: 'A Crate holds things.', properties: { spec: { type: 'object', properties } } };
  apply(session, definition('Crate', { shortNames: ['cr'], categories: ['all', 'boxes'] }, {
    schema: { openAPIV3Schema }, selectableFields: [{ jsonPath: '.spec.kind' }],
    additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }, { name: 'Parts', type: 'string', jsonPath: '.spec.parts', priority: 1 }],
  }));
  session.run('kubectl wait --for=condition=established crd/crates.example.com');
  apply(session, { ...crate('one'), spec: { size: 3, kind: 'wood', parts: [{ name: 'lid' }] } });
  apply(session, crate('two'));
  for (const name of ['crates', 'crate', 'Crate', 'cr', 'crates.example.com', 'crates.v1.example.com', 'boxes']) t.equal(out(session, `kubectl get ${name}`), 'NAME   SIZE\none    3\ntwo', name);
  t.equal(out(session, 'kubectl get cr one -o wide'), 'NAME   SIZE   PARTS\none    3      [{"name":"lid"}]');
  t.match(out(session, 'kubectl get all'), /^NAME +SIZE\ncrate\.example\.com\/one +3$/m);
  t.equal(out(session, 'kubectl get cr --field-selector spec.kind=wood -o name'), 'crate.example.com/one');
  t.equal(session.run('kubectl get cr --field-selector spec.size=3').stderr, 'Error from server (BadRequest): Unable to find "example.com/v1, Resource=crates" that match label selector "", field selector "spec.size=3": field label not supported: spec.size\n');
  t.match(out(session, 'kubectl describe cr one'), /^Spec:\n {2}Kind: {2}wood\n {2}Parts:\n {4}Name: {2}lid\n {2}Size: {4}3$/m);
  t.equal(out(session, 'kubectl explain cr.spec'), [
    'GROUP:      example.com', 'KIND:       Crate', 'VERSION:    v1', '', 'FIELD: spec <Object>', '', '', 'DESCRIPTION:', '    <empty>', 'FIELDS:',
    '  kind\t<string>', '  enum: wood, "", steel, paper, ....', '    <no description>', '', '  labels\t<map[string]string>', '    <no description>', '', '  parts\t<[]Object>', '    <no description>', '', '  size\t<integer>', '    How many fit in.',
  ].join('\n'));
  t.match(out(session, 'kubectl explain crates.example.com.spec.kind'), /^FIELD: kind <string>\nENUM:\n {4}wood\n {4}""\n {4}steel\n {4}paper\n {4}glass\n\nDESCRIPTION:$/m);
  t.match(out(session, 'kubectl explain cr.spec.parts'), /^FIELDS:\n {2}name\t<string> -required-\n {4}<no description>$/m);
  t.match(out(session, 'kubectl explain cr --recursive'), /^ {2}spec\t<Object>\n {4}kind\t<string>\n {4}enum: wood, "", steel, paper, \.{4}\n {4}labels\t<map\[string\]string>\n {4}parts\t<\[\]Object>\n {6}name\t<string> -required-\n {4}size\t<integer>$/m);
  t.same([session.run('kubectl explain cr.spec.nope').stderr, session.run('kubectl explain cr --api-version=example.com/v2').exit], ['error: field "nope" does not exist\n', 1]);
  t.end();
});

t.test('names that two definitions want, and groups of the project', t => {
  const session = sit();
  const conditions = (name: string): string[] => json(session, `kubectl get crd ${name}`).status.conditions.map(({ type, status, reason, message }: any) => `${type} ${status} ${reason}: ${message}`);
  apply(session, definition('Crate', { shortNames: ['cr'] }));
  apply(session, definition('Crane', { shortNames: ['cr', 'ca'] }));
  session.run('advance 2s');
  t.same(conditions('cranes.example.com'), ['NamesAccepted False ShortNamesConflict: "cr" is already in use', 'Established False NotAccepted: not all names are accepted']);
  t.same(json(session, 'kubectl get crd cranes.example.com').status.acceptedNames, { kind: 'Crane', listKind: 'CraneList', plural: 'cranes', singular: 'crane' });
  session.run('kubectl delete crd crates.example.com');
  session.run('advance 2s');
  t.same(conditions('cranes.example.com'), ['NamesAccepted True NoConflicts: no conflicts found', 'Established True InitialNamesAccepted: the initial names have been accepted'], 'free again');
  const ours = definition('Crate') as any;
  const guarded = { ...ours, metadata: { name: 'crates.toys.k8s.io' }, spec: { ...ours.spec, group: 'toys.k8s.io' } };
  t.match(session.run(`kubectl apply -f - <<'EOF'\n${JSON.stringify(guarded)}\nEOF`).stderr, /metadata\.annotations\[api-approved\.kubernetes\.io\]: Required value: protected groups must have approval annotation "api-approved\.kubernetes\.io", see https/);
  apply(session, { ...guarded, metadata: { ...guarded.metadata, annotations: { 'api-approved.kubernetes.io': 'unapproved, only a toy' } } });
  session.run('advance 2s');
  t.ok(conditions('crates.toys.k8s.io').includes('KubernetesAPIApprovalPolicyConformant False UnapprovedAnnotation: not approved: "unapproved, only a toy"'));
  apply(session, { ...guarded, metadata: { ...guarded.metadata, annotations: { 'api-approved.kubernetes.io': 'https://example.com/1' } } });
  session.run('advance 2s');
  t.ok(conditions('crates.toys.k8s.io').includes('KubernetesAPIApprovalPolicyConformant True ApprovedAnnotation: approved in https://example.com/1'));
  t.end();
});
