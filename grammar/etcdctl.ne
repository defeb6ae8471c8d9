# etcdctl 3.6.
@lexer lexer

etcdctl -> "etcdctl" flags {% command('etcdctl') %}
         | "etcdctl" flags etcdVerb {% commandOf %}

etcdVerb -> "get" flags etcdKeys {% command('etcdctl', 'get') %}
          | "put" flags etcdKeys {% command('etcdctl', 'put') %}
          | "put" flags etcdKeys afterDashes {% command('etcdctl', 'put') %}
          | "del" flags etcdKeys {% command('etcdctl', 'del') %}
          | "watch" flags etcdKeys {% command('etcdctl', 'watch') %}
          | "compaction" flags revisions {% command('etcdctl', 'compaction') %}
          | "member" flags {% command('etcdctl', 'member') %}
          | "member" flags "list" flags {% command('etcdctl', 'member', 'list') %}
          | "member" flags "add" flags memberNames {% command('etcdctl', 'member', 'add') %}
          | "member" flags "remove" flags memberIds {% command('etcdctl', 'member', 'remove') %}
          | "member" flags "promote" flags memberIds {% command('etcdctl', 'member', 'promote') %}
          | "member" flags "update" flags memberIds {% command('etcdctl', 'member', 'update') %}
          | "move-leader" flags memberIds {% command('etcdctl', 'move-leader') %}
          | "endpoint" flags {% command('etcdctl', 'endpoint') %}
          | "endpoint" flags "status" flags {% command('etcdctl', 'endpoint', 'status') %}
          | "endpoint" flags "health" flags {% command('etcdctl', 'endpoint', 'health') %}
          | "endpoint" flags "hashkv" flags {% command('etcdctl', 'endpoint', 'hashkv') %}
          | "lease" flags {% command('etcdctl', 'lease') %}
          | "lease" flags "grant" flags lifetimes {% command('etcdctl', 'lease', 'grant') %}
          | "lease" flags "revoke" flags leaseIds {% command('etcdctl', 'lease', 'revoke') %}
          | "lease" flags "keep-alive" flags leaseIds {% command('etcdctl', 'lease', 'keep-alive') %}
          | "lease" flags "timetolive" flags leaseIds {% command('etcdctl', 'lease', 'timetolive') %}
          | "lease" flags "list" flags {% command('etcdctl', 'lease', 'list') %}
          | "alarm" flags {% command('etcdctl', 'alarm') %}
          | "alarm" flags "list" flags {% command('etcdctl', 'alarm', 'list') %}
          | "alarm" flags "disarm" flags {% command('etcdctl', 'alarm', 'disarm') %}
          | "defrag" flags {% command('etcdctl', 'defrag') %}
          | "txn" flags {% command('etcdctl', 'txn') %}
          | "version" flags {% command('etcdctl', 'version') %}

# Operands are lists, so that the command itself can say that one is missing or too many, in etcdctl's words.
etcdKeys -> null
          | etcdKeys etcdKey flags {% append %}
etcdKey -> %etcdKey {% many('keys') %}
# A value that begins with a dash: etcdctl put KEY -- -VALUE
afterDashes -> %dashes {% nothing %}
             | afterDashes dashedKey {% append %}
dashedKey -> %rest {% many('keys') %}
memberNames -> null
             | memberNames memberName flags {% append %}
memberName -> %newName {% many('names') %}
memberIds -> null
           | memberIds memberId flags {% append %}
memberId -> %memberId {% many('members') %}
leaseIds -> null
          | leaseIds leaseId flags {% append %}
leaseId -> %leaseId {% many('leases') %}
lifetimes -> null
           | lifetimes lifetime flags {% append %}
lifetime -> %integer {% many('ttls') %}
revisions -> null
           | revisions revision flags {% append %}
revision -> %integer {% many('revisions') %}
