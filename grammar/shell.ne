# What follows a command: | filters and > file.
@lexer lexer

filters -> null
         | filters "|" filter {% append %}

filter -> "grep" flags pattern {% command('grep') %}
        | "head" flags {% command('head') %}
        | "tail" flags {% command('tail') %}
        | "wc" flags {% command('wc') %}
        | "sort" flags {% command('sort') %}
        | "uniq" flags {% command('uniq') %}
        | "base64" flags {% command('base64') %}

pattern -> %pattern flags {% one('pattern') %}

redirection -> null
             | ">" %file {% redirect(false) %}
             | ">>" %file {% redirect(true) %}

# Files of a machine.
fileCommand -> "ls" flags etcdWords {% command('ls') %}
             | "mv" flags etcdWords {% command('mv') %}
             | "rm" flags etcdWords {% command('rm') %}
             | "scp" flags etcdWords {% command('scp') %}
             | "curl" flags etcdWords {% command('curl') %}
