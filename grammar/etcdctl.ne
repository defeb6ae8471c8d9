# etcdctl 3.6.
@lexer lexer

etcdctl -> "etcdctl" flags {% command('etcdctl') %}
         | "etcdctl" flags etcdVerb {% commandOf %}

etcdVerb -> "get" flags etcdKeys {% command('etcdctl', 'get') %}
          | "put" flags etcdKeys {% command('etcdctl', 'put') %}
          | "del" flags etcdKeys {% command('etcdctl', 'del') %}
          | "watch" flags etcdKeys {% command('etcdctl', 'watch') %}
          | "compaction" flags revision {% command('etcdctl', 'compaction') %}
          | "member" flags {% command('etcdctl', 'member') %}
          | "member" flags "list" flags {% command('etcdctl', 'member', 'list') %}
          | "member" flags "add" flags etcdName flags {% command('etcdctl', 'member', 'add') %}
          | "member" flags "remove" flags memberId flags {% command('etcdctl', 'member', 'remove') %}
          | "member" flags "promote" flags memberId flags {% command('etcdctl', 'member', 'promote') %}
          | "member" flags "update" flags memberId flags {% command('etcdctl', 'member', 'update') %}
          | "move-leader" flags memberId flags {% command('etcdctl', 'move-leader') %}
          | "endpoint" flags {% command('etcdctl', 'endpoint') %}
          | "endpoint" flags "status" flags {% command('etcdctl', 'endpoint', 'status') %}
          | "endpoint" flags "health" flags {% command('etcdctl', 'endpoint', 'health') %}
          | "endpoint" flags "hashkv" flags {% command('etcdctl', 'endpoint', 'hashkv') %}
          | "lease" flags {% command('etcdctl', 'lease') %}
          | "lease" flags "grant" flags seconds flags {% command('etcdctl', 'lease', 'grant') %}
          | "lease" flags "revoke" flags leaseId flags {% command('etcdctl', 'lease', 'revoke') %}
          | "lease" flags "keep-alive" flags leaseId flags {% command('etcdctl', 'lease', 'keep-alive') %}
          | "lease" flags "timetolive" flags leaseId flags {% command('etcdctl', 'lease', 'timetolive') %}
          | "lease" flags "list" flags {% command('etcdctl', 'lease', 'list') %}
          | "alarm" flags "list" flags {% command('etcdctl', 'alarm', 'list') %}
          | "alarm" flags "disarm" flags {% command('etcdctl', 'alarm', 'disarm') %}
          | "defrag" flags {% command('etcdctl', 'defrag') %}
          | "txn" flags {% command('etcdctl', 'txn') %}
          | "version" flags {% command('etcdctl', 'version') %}

etcdKeys -> null
          | etcdKeys etcdKey flags {% append %}
etcdKey -> %etcdKey {% many('keys') %}
etcdName -> %newName {% one('name') %}
memberId -> %memberId {% one('member') %}
leaseId -> %leaseId {% one('lease') %}
seconds -> %integer {% one('ttl') %}
revision -> %integer flags {% one('revision') %}
