# kubectl: verbs, then the words each takes. Flags come from the commands' own declarations (src/kubectl/verbs).
@lexer lexer

kubectl -> "kubectl" flags {% command('kubectl') %}
         | "kubectl" flags verb {% commandOf %}
         | bareVerb {% first %}

# Verbs that may stand without `kubectl`.
bareVerb -> get {% first %}
          | describe {% first %}
          | create {% first %}
          | apply {% first %}
          | delete {% first %}
          | replace {% first %}
          | patch {% first %}
          | scale {% first %}
          | logs {% first %}
          | run {% first %}
          | expose {% first %}
          | label {% first %}
          | annotate {% first %}
          | cordon {% first %}
          | drain {% first %}
          | taint {% first %}
          | rollout {% first %}
          | set {% first %}
          | wait {% first %}
          | events {% first %}
          | auth {% first %}
          | edit {% first %}
          | diff {% first %}
          | autoscale {% first %}
          | certificate {% first %}
          | top {% first %}
          | exec {% first %}
          | attach {% first %}
          | portForward {% first %}
          | cp {% first %}
          | debug {% first %}
          | catalogue {% first %}

verb -> bareVerb {% first %}
      | config {% first %}
      | "explain" flags field flags extras {% command('kubectl', 'explain') %}
      | "explain" flags {% command('kubectl', 'explain') %}
      | "version" flags extras {% command('kubectl', 'version') %}
      | "kustomize" flags extras {% command('kubectl', 'kustomize') %}
      | "options" flags extras {% command('kubectl', 'options') %}
      | "completion" flags names {% command('kubectl', 'completion') %}
      | "plugin" flags {% command('kubectl', 'plugin') %}
      | "plugin" flags "list" flags extras {% command('kubectl', 'plugin', 'list') %}
      | "proxy" flags extras {% command('kubectl', 'proxy') %}
      | "alpha" flags {% command('kubectl', 'alpha') %}
      | "alpha" flags "kuberc" flags {% command('kubectl', 'alpha', 'kuberc') %}
      | "alpha" flags "kuberc" flags "view" flags {% command('kubectl', 'alpha', 'kuberc', 'view') %}
      | "alpha" flags "kuberc" flags "set" flags {% command('kubectl', 'alpha', 'kuberc', 'set') %}
      | "help" {% command('kubectl', 'help') %}
      | "help" helpWords {% command('kubectl', 'help') %}

get -> "get" flags {% command('kubectl', 'get') %}
     | "get" flags targets {% command('kubectl', 'get') %}
describe -> "describe" flags {% command('kubectl', 'describe') %}
          | "describe" flags targets {% command('kubectl', 'describe') %}
delete -> "delete" flags {% command('kubectl', 'delete') %}
        | "delete" flags targets {% command('kubectl', 'delete') %}
apply -> "apply" flags extras {% command('kubectl', 'apply') %}
       | "apply" flags "view-last-applied" flags {% command('kubectl', 'apply', 'view-last-applied') %}
       | "apply" flags "view-last-applied" flags targets {% command('kubectl', 'apply', 'view-last-applied') %}
       | "apply" flags "set-last-applied" flags {% command('kubectl', 'apply', 'set-last-applied') %}
       | "apply" flags "edit-last-applied" flags {% command('kubectl', 'apply', 'edit-last-applied') %}
       | "apply" flags "edit-last-applied" flags targets {% command('kubectl', 'apply', 'edit-last-applied') %}
diff -> "diff" flags extras {% command('kubectl', 'diff') %}
edit -> "edit" flags {% command('kubectl', 'edit') %}
      | "edit" flags targets {% command('kubectl', 'edit') %}
autoscale -> "autoscale" flags {% command('kubectl', 'autoscale') %}
           | "autoscale" flags targets {% command('kubectl', 'autoscale') %}
certificate -> "certificate" flags extras {% command('kubectl', 'certificate') %}
             | "certificate" flags "approve" flags names {% command('kubectl', 'certificate', 'approve') %}
             | "certificate" flags "deny" flags names {% command('kubectl', 'certificate', 'deny') %}
top -> "top" flags {% command('kubectl', 'top') %}
     | "top" flags "node" flags names {% command('kubectl', 'top', 'node') %}
     | "top" flags "pod" flags names {% command('kubectl', 'top', 'pod') %}
# Words that a command takes only to refuse them in its own way.
extras -> null
        | extras extra flags {% append %}
extra -> %refused {% many('names') %}
replace -> "replace" flags {% command('kubectl', 'replace') %}
patch -> "patch" flags {% command('kubectl', 'patch') %}
       | "patch" flags targets {% command('kubectl', 'patch') %}
scale -> "scale" flags {% command('kubectl', 'scale') %}
       | "scale" flags targets {% command('kubectl', 'scale') %}
wait -> "wait" flags {% command('kubectl', 'wait') %}
      | "wait" flags targets {% command('kubectl', 'wait') %}
expose -> "expose" flags {% command('kubectl', 'expose') %}
        | "expose" flags targets {% command('kubectl', 'expose') %}
events -> "events" flags extras {% command('kubectl', 'events') %}

exec -> "exec" flags {% command('kubectl', 'exec') %}
      | "exec" flags pod flags extras {% command('kubectl', 'exec') %}
      | "exec" flags pod flags extras arguments {% command('kubectl', 'exec') %}
      | "exec" flags arguments {% command('kubectl', 'exec') %}
attach -> "attach" flags podWords {% command('kubectl', 'attach') %}
portForward -> "port-forward" flags podWords {% command('kubectl', 'port-forward') %}
cp -> "cp" flags podWords {% command('kubectl', 'cp') %}
debug -> "debug" flags podWords {% command('kubectl', 'debug') %}
       | "debug" flags podWords arguments {% command('kubectl', 'debug') %}
podWords -> null
          | podWords podWord flags {% append %}
podWord -> %podWord {% many('names') %}
logs -> "logs" flags {% command('kubectl', 'logs') %}
      | "logs" flags pod flags {% command('kubectl', 'logs') %}
      | "logs" flags pod flags container flags {% command('kubectl', 'logs') %}
      | "logs" flags pod flags container flags tooMany flags {% command('kubectl', 'logs') %}
tooMany -> %refused {% many('extra') %}
pod -> %pod {% one('pod') %}
container -> %container {% one('container') %}

run -> "run" flags {% command('kubectl', 'run') %}
     | "run" flags newName flags {% command('kubectl', 'run') %}
     | "run" flags newName flags arguments {% command('kubectl', 'run') %}
     | "run" flags newName flags runWords {% command('kubectl', 'run') %}
     | "run" flags newName flags runWords arguments {% command('kubectl', 'run') %}
# Further words are arguments of the container, as after a --.
runWords -> runWord flags {% append %}
          | runWords runWord flags {% append %}
runWord -> %anyWord {% many('arguments') %}
newName -> %newName {% one('name') %}
arguments -> %dashes
           | arguments argument {% append %}
argument -> %rest {% many('arguments') %}
          | %heredoc {% heredoc %}

create -> "create" flags {% command('kubectl', 'create') %}
        | "create" flags "deployment" created {% command('kubectl', 'create', 'deployment') %}
        | "create" flags "namespace" created {% command('kubectl', 'create', 'namespace') %}
        | "create" flags "configmap" created {% command('kubectl', 'create', 'configmap') %}
        | "create" flags "serviceaccount" created {% command('kubectl', 'create', 'serviceaccount') %}
        | "create" flags "role" created {% command('kubectl', 'create', 'role') %}
        | "create" flags "clusterrole" created {% command('kubectl', 'create', 'clusterrole') %}
        | "create" flags "rolebinding" created {% command('kubectl', 'create', 'rolebinding') %}
        | "create" flags "clusterrolebinding" created {% command('kubectl', 'create', 'clusterrolebinding') %}
        | "create" flags "priorityclass" created {% command('kubectl', 'create', 'priorityclass') %}
        | "create" flags "job" created {% command('kubectl', 'create', 'job') %}
        | "create" flags "cronjob" created {% command('kubectl', 'create', 'cronjob') %}
        | "create" flags "ingress" created {% command('kubectl', 'create', 'ingress') %}
        | "create" flags "quota" created {% command('kubectl', 'create', 'quota') %}
        | "create" flags "poddisruptionbudget" created {% command('kubectl', 'create', 'poddisruptionbudget') %}
        | "create" flags "token" created {% command('kubectl', 'create', 'token') %}
        | "create" flags "secret" flags {% command('kubectl', 'create', 'secret') %}
        | "create" flags "secret" flags "generic" created {% command('kubectl', 'create', 'secret', 'generic') %}
        | "create" flags "secret" flags "docker-registry" created {% command('kubectl', 'create', 'secret', 'docker-registry') %}
        | "create" flags "secret" flags "tls" created {% command('kubectl', 'create', 'secret', 'tls') %}
        | "create" flags "service" flags {% command('kubectl', 'create', 'service') %}
        | "create" flags "service" flags "clusterip" created {% command('kubectl', 'create', 'service', 'clusterip') %}
        | "create" flags "service" flags "nodeport" created {% command('kubectl', 'create', 'service', 'nodeport') %}
        | "create" flags "service" flags "loadbalancer" created {% command('kubectl', 'create', 'service', 'loadbalancer') %}
        | "create" flags "service" flags "externalname" created {% command('kubectl', 'create', 'service', 'externalname') %}
created -> flags createdNames
         | flags createdNames arguments
createdNames -> null
              | createdNames createdName flags {% append %}
createdName -> %newName {% many('names') %}

label -> "label" flags {% command('kubectl', 'label') %}
       | "label" flags labelled {% command('kubectl', 'label') %}
       | "label" flags filePairs {% command('kubectl', 'label') %}
annotate -> "annotate" flags {% command('kubectl', 'annotate') %}
          | "annotate" flags labelled {% command('kubectl', 'annotate') %}
          | "annotate" flags filePairs {% command('kubectl', 'annotate') %}
labelled -> resource flags labelledNames pairs
          | labelledTypeNames pairs
labelledNames -> null
               | labelledNames labelledName flags {% append %}
labelledName -> %plainName {% many('names') %}
labelledTypeNames -> labelledTypeName flags
                   | labelledTypeNames labelledTypeName flags {% append %}
                   | labelledTypeNames bareTypeName flags {% append %}
bareTypeName -> %slashless {% many('typeNames') %}
labelledTypeName -> %typeName {% many('typeNames') %}
pairs -> null
       | pairs pair flags {% append %}
pair -> %pair {% many('pairs') %}

taint -> "taint" flags {% command('kubectl', 'taint') %}
       | "taint" flags resource flags taintedNames taints {% command('kubectl', 'taint') %}
taintedNames -> null
              | taintedNames taintedName flags {% append %}
taintedName -> %nodeName {% many('names') %}
taints -> null
        | taints taintWord flags {% append %}
taintWord -> %taint {% many('taints') %}

cordon -> "cordon" flags nodes {% command('kubectl', 'cordon') %}
        | "uncordon" flags nodes {% command('kubectl', 'uncordon') %}
drain -> "drain" flags nodes {% command('kubectl', 'drain') %}
nodes -> null
       | nodes nodeName flags {% append %}
nodeName -> %node {% many('names') %}

rollout -> "rollout" flags {% command('kubectl', 'rollout') %}
         | "rollout" flags "status" rolled {% command('kubectl', 'rollout', 'status') %}
         | "rollout" flags "history" rolled {% command('kubectl', 'rollout', 'history') %}
         | "rollout" flags "undo" rolled {% command('kubectl', 'rollout', 'undo') %}
         | "rollout" flags "restart" rolled {% command('kubectl', 'rollout', 'restart') %}
         | "rollout" flags "pause" rolled {% command('kubectl', 'rollout', 'pause') %}
         | "rollout" flags "resume" rolled {% command('kubectl', 'rollout', 'resume') %}
rolled -> flags
        | flags targets

set -> "set" flags {% command('kubectl', 'set') %}
     | "set" flags "image" flags {% command('kubectl', 'set', 'image') %}
     | "set" flags "image" flags labelled {% command('kubectl', 'set', 'image') %}
     | "set" flags "image" flags filePairs {% command('kubectl', 'set', 'image') %}
     | "set" flags "env" flags {% command('kubectl', 'set', 'env') %}
     | "set" flags "env" flags labelled {% command('kubectl', 'set', 'env') %}
     | "set" flags "env" flags filePairs {% command('kubectl', 'set', 'env') %}
     | "set" flags "resources" flags {% command('kubectl', 'set', 'resources') %}
     | "set" flags "resources" flags targets {% command('kubectl', 'set', 'resources') %}
     | "set" flags "subject" flags {% command('kubectl', 'set', 'subject') %}
     | "set" flags "subject" flags targets {% command('kubectl', 'set', 'subject') %}
     | "set" flags "serviceaccount" flags words {% command('kubectl', 'set', 'serviceaccount') %}
     | "set" flags "selector" flags words {% command('kubectl', 'set', 'selector') %}
# Objects come from -f, so that only pairs follow.
filePairs -> pair flags pairs
words -> null
       | words anyWord flags {% append %}
anyWord -> %anyWord {% many('words') %}

config -> "config" flags {% command('kubectl', 'config') %}
        | "config" flags "view" flags contexts {% command('kubectl', 'config', 'view') %}
        | "config" flags "current-context" flags contexts {% command('kubectl', 'config', 'current-context') %}
        | "config" flags "get-contexts" flags contexts {% command('kubectl', 'config', 'get-contexts') %}
        | "config" flags "get-clusters" flags contexts {% command('kubectl', 'config', 'get-clusters') %}
        | "config" flags "get-users" flags contexts {% command('kubectl', 'config', 'get-users') %}
        | "config" flags "use-context" flags contexts {% command('kubectl', 'config', 'use-context') %}
        | "config" flags "set-context" flags contexts {% command('kubectl', 'config', 'set-context') %}
        | "config" flags "rename-context" flags contexts {% command('kubectl', 'config', 'rename-context') %}
        | "config" flags "delete-context" flags contexts {% command('kubectl', 'config', 'delete-context') %}
        | "config" flags "set-cluster" flags contexts {% command('kubectl', 'config', 'set-cluster') %}
        | "config" flags "delete-cluster" flags contexts {% command('kubectl', 'config', 'delete-cluster') %}
        | "config" flags "set-credentials" flags contexts {% command('kubectl', 'config', 'set-credentials') %}
        | "config" flags "delete-user" flags contexts {% command('kubectl', 'config', 'delete-user') %}
        | "config" flags "set" flags contexts {% command('kubectl', 'config', 'set') %}
        | "config" flags "unset" flags contexts {% command('kubectl', 'config', 'unset') %}
contexts -> null
          | contexts context flags {% append %}
context -> %context {% many('names') %}

auth -> "auth" flags {% command('kubectl', 'auth') %}
      | "auth" flags "can-i" flags {% command('kubectl', 'auth', 'can-i') %}
      | "auth" flags "can-i" flags apiVerb flags {% command('kubectl', 'auth', 'can-i') %}
      | "auth" flags "can-i" flags apiVerb flags apiResource flags {% command('kubectl', 'auth', 'can-i') %}
      | "auth" flags "can-i" flags apiVerb flags apiResource flags name flags names {% command('kubectl', 'auth', 'can-i') %}
      | "auth" flags "whoami" flags extras {% command('kubectl', 'auth', 'whoami') %}
      | "auth" flags "reconcile" flags {% command('kubectl', 'auth', 'reconcile') %}
apiVerb -> %apiVerb {% one('verb') %}
apiResource -> %apiResource {% one('resource') %}

catalogue -> "api-resources" flags extras {% command('kubectl', 'api-resources') %}
           | "api-versions" flags extras {% command('kubectl', 'api-versions') %}
           | "cluster-info" flags extras {% command('kubectl', 'cluster-info') %}
           | "cluster-info" flags "dump" flags {% command('kubectl', 'cluster-info', 'dump') %}

field -> %field {% one('field') %}
helpWords -> helpWord
           | helpWords helpWord {% append %}
helpWord -> %helpWord {% many('words') %}
