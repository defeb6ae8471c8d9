# crictl and systemctl: they talk to one machine, chosen by `on NODE:` or `ssh NODE`.
@lexer lexer

crictl -> "crictl" flags {% command('crictl') %}
        | "crictl" flags criVerb {% commandOf %}

criVerb -> "ps" flags {% command('crictl', 'ps') %}
         | "pods" flags {% command('crictl', 'pods') %}
         | "images" flags {% command('crictl', 'images') %}
         | "inspect" flags containerIds {% command('crictl', 'inspect') %}
         | "inspectp" flags containerIds {% command('crictl', 'inspectp') %}
         | "logs" flags containerIds {% command('crictl', 'logs') %}
         | "stop" flags containerIds {% command('crictl', 'stop') %}
         | "stopp" flags containerIds {% command('crictl', 'stopp') %}
         | "version" flags {% command('crictl', 'version') %}

containerIds -> null
              | containerIds containerId flags {% append %}
containerId -> %containerId {% many('ids') %}

systemctl -> "systemctl" flags "status" flags unit {% command('systemctl', 'status') %}
           | "systemctl" flags "stop" flags unit {% command('systemctl', 'stop') %}
           | "systemctl" flags "start" flags unit {% command('systemctl', 'start') %}
           | "systemctl" flags "restart" flags unit {% command('systemctl', 'restart') %}
unit -> %unit flags {% one('unit') %}
