# Questions in plain English.
@lexer lexer

question -> "why" subject {% question('why') %}
          | "why" subject state {% question('why') %}
          | "why" "is" subject state {% question('why') %}
          | "why" "is" subject "not" state {% question('why') %}
          | "why" "is" "the" subject state {% question('why') %}
          | "why" "not" subject {% question('why') %}
          | "what" "is" topics {% question('explain') %}
          | "what" "is" article topics {% question('explain') %}
          | "what" "are" topics {% question('explain') %}
          | "who" made subject {% question('who') %}
          | "show" resource {% question('kubectl', 'get') %}
          | "show" "me" resource {% question('kubectl', 'get') %}
          | "show" "me" "the" resource {% question('kubectl', 'get') %}

article -> "a" | "an" | "the"
made -> "created" {% word('act') %}
      | "deleted" {% word('act') %}
      | "killed" {% word('act') %}
      | "changed" {% word('act') %}

subject -> %subject {% one('target') %}
         | %kind %name {% many('target') %}
state -> %state {% one('state') %}
