import { Rig, deployment } from './fake-api.ts';
const rig = new Rig();
rig.create(deployment('web', 3));
rig.run(10);
console.log(rig.kernel.events, rig.kernel.world.now);
for (const kind of ['Deployment','ReplicaSet','Pod','Event','ServiceAccount','ConfigMap','Node']) console.log(kind, JSON.stringify(rig.list(kind).map((o:any)=>kind==='Event'?`${o.source.component} ${o.reason}: ${o.message}`:kind==='Node'?[o.metadata.name,o.spec]:[o.metadata.name,o.metadata.annotations,o.status]),null,1));
console.log(rig.notes.filter(n=>n.type.includes('error')));
