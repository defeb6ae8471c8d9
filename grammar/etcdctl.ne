# etcdctl and etcdutl 3.6.
@lexer lexer

etcdctl -> "etcdctl" flags {% command('etcdctl') %}
         | "etcdctl" flags etcdVerb {% commandOf %}

etcdVerb -> "get" flags etcdKeys {% command('etcdctl', 'get') %}
          | "put" flags etcdKeys {% command('etcdctl', 'put') %}
          | "put" flags etcdKeys afterDashes {% command('etcdctl', 'put') %}
          | "del" flags etcdKeys {% command('etcdctl', 'del') %}
          | "watch" flags etcdKeys {% command('etcdctl', 'watch') %}
          | "watch" flags etcdKeys watchProgram {% command('etcdctl', 'watch') %}
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
          | "txn" flags etcdWords {% command('etcdctl', 'txn') %}
          | "version" flags {% command('etcdctl', 'version') %}
          | "help" flags etcdWords {% command('etcdctl', 'help') %}
          | "snapshot" flags {% command('etcdctl', 'snapshot') %}
          | "check" flags {% command('etcdctl', 'check') %}
          | "user" flags {% command('etcdctl', 'user') %}
          | "role" flags {% command('etcdctl', 'role') %}
          | "auth" flags {% command('etcdctl', 'auth') %}
          | "lock" flags etcdWords {% command('etcdctl', 'lock') %}
          | "lock" flags etcdWords lockProgram {% command('etcdctl', 'lock') %}
          | "elect" flags etcdWords {% command('etcdctl', 'elect') %}
          | "snapshot" flags "save" flags etcdWords {% command('etcdctl', 'snapshot', 'save') %}
          | "check" flags "perf" flags etcdWords {% command('etcdctl', 'check', 'perf') %}
          | "check" flags "datascale" flags etcdWords {% command('etcdctl', 'check', 'datascale') %}
          | "make-mirror" flags etcdWords {% command('etcdctl', 'make-mirror') %}
          | "completion" flags etcdWords {% command('etcdctl', 'completion') %}
          | "downgrade" flags {% command('etcdctl', 'downgrade') %}
          | "downgrade" flags "validate" flags etcdWords {% command('etcdctl', 'downgrade', 'validate') %}
          | "downgrade" flags "enable" flags etcdWords {% command('etcdctl', 'downgrade', 'enable') %}
          | "downgrade" flags "cancel" flags etcdWords {% command('etcdctl', 'downgrade', 'cancel') %}
          | "auth" flags "enable" flags etcdWords {% command('etcdctl', 'auth', 'enable') %}
          | "auth" flags "disable" flags etcdWords {% command('etcdctl', 'auth', 'disable') %}
          | "auth" flags "status" flags etcdWords {% command('etcdctl', 'auth', 'status') %}
          | "user" flags "add" flags etcdWords {% command('etcdctl', 'user', 'add') %}
          | "user" flags "delete" flags etcdWords {% command('etcdctl', 'user', 'delete') %}
          | "user" flags "get" flags etcdWords {% command('etcdctl', 'user', 'get') %}
          | "user" flags "list" flags etcdWords {% command('etcdctl', 'user', 'list') %}
          | "user" flags "passwd" flags etcdWords {% command('etcdctl', 'user', 'passwd') %}
          | "user" flags "grant-role" flags etcdWords {% command('etcdctl', 'user', 'grant-role') %}
          | "user" flags "revoke-role" flags etcdWords {% command('etcdctl', 'user', 'revoke-role') %}
          | "role" flags "add" flags etcdWords {% command('etcdctl', 'role', 'add') %}
          | "role" flags "delete" flags etcdWords {% command('etcdctl', 'role', 'delete') %}
          | "role" flags "get" flags etcdWords {% command('etcdctl', 'role', 'get') %}
          | "role" flags "list" flags etcdWords {% command('etcdctl', 'role', 'list') %}
          | "role" flags "grant-permission" flags etcdWords {% command('etcdctl', 'role', 'grant-permission') %}
          | "role" flags "revoke-permission" flags etcdWords {% command('etcdctl', 'role', 'revoke-permission') %}

etcdutl -> "etcdutl" flags {% command('etcdutl') %}
         | "etcdutl" flags etcdutlVerb {% commandOf %}

etcdutlVerb -> "help" flags etcdWords {% command('etcdutl', 'help') %}
          | "snapshot" flags {% command('etcdutl', 'snapshot') %}
          | "snapshot" flags "status" flags etcdWords {% command('etcdutl', 'snapshot', 'status') %}
          | "snapshot" flags "restore" flags etcdWords {% command('etcdutl', 'snapshot', 'restore') %}
          | "hashkv" flags etcdWords {% command('etcdutl', 'hashkv') %}
          | "version" flags etcdWords {% command('etcdutl', 'version') %}
          | "defrag" flags etcdWords {% command('etcdutl', 'defrag') %}
          | "migrate" flags etcdWords {% command('etcdutl', 'migrate') %}
          | "completion" flags etcdWords {% command('etcdutl', 'completion') %}

# What is to be started at each change: etcdctl watch KEY -- PROGRAM ARGUMENT…
watchProgram -> %dashes {% word('dashes') %}
              | watchProgram programWord {% append %}
programWord -> %rest {% many('program') %}
lockProgram -> %dashes {% nothing %}
             | lockProgram lockWord {% append %}
lockWord -> %rest {% many('words') %}
etcdWords -> null
           | etcdWords etcdWord flags {% append %}
etcdWord -> %arg {% many('words') %}

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
lifetime -> %arg {% many('ttls') %}
revisions -> null
           | revisions revision flags {% append %}
revision -> %arg {% many('revisions') %}
