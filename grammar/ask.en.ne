# Questions in plain English.
@lexer lexer

question -> "why" subject {% question('why') %}
          | "why" subject state {% question('why') %}
          | "why" "is" subject state {% question('why') %}
          | "why" "is" subject "not" state {% question('why') %}
          | "why" "is" "the" subject state {% question('why') %}
          | "why" "is" "the" subject "not" state {% question('why') %}
          | "why" "not" subject {% question('why') %}
          | "what" "is" askedTopics {% question('explain') %}
          | "what" "is" article askedTopics {% question('explain') %}
          | "what" "are" askedTopics {% question('explain') %}
          | "who" made subject {% question('who') %}
          | "show" kindWord {% question('kubectl', 'get') %}
          | "show" "me" kindWord {% question('kubectl', 'get') %}
          | "show" "me" "the" kindWord {% question('kubectl', 'get') %}

article -> "a" | "an" | "the"
made -> "created" {% word('act') %}
      | "deleted" {% word('act') %}
      | "killed" {% word('act') %}
      | "changed" {% word('act') %}

subject -> %askedName {% one('target') %}
         | %kind %askedName {% kindFirst %}
state -> %state {% one('state') %}
kindWord -> %kind {% one('resource') %}
askedTopics -> askedTopic
             | askedTopics askedTopic {% append %}
askedTopic -> %askedTopic {% many('topic') %}
