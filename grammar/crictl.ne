# crictl talks to one machine, chosen by `on NODE:` or `ssh NODE`.
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
         | "rm" flags containerIds {% command('crictl', 'rm') %}
         | "stopp" flags containerIds {% command('crictl', 'stopp') %}
         | "rmp" flags containerIds {% command('crictl', 'rmp') %}
         | "pull" flags imageNames {% command('crictl', 'pull') %}
         | "info" flags {% command('crictl', 'info') %}
         | "version" flags {% command('crictl', 'version') %}

containerIds -> null
              | containerIds containerId flags {% append %}
containerId -> %containerId {% many('ids') %}
imageNames -> null
            | imageNames imageName flags {% append %}
imageName -> %image {% many('images') %}
