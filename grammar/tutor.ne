# The tutor: lessons, explanations, causes.
@lexer lexer

tutorCommand -> "lessons" {% command('lessons') %}
              | "learn" {% command('learn') %}
              | "learn" lesson {% command('learn') %}
              | "next" {% command('next') %}
              | "hint" {% command('hint') %}
              | "solution" {% command('solution') %}
              | "check" {% command('check') %}
              | "reset" {% command('reset') %}
              | "answer" answers {% command('answer') %}
              | choice {% command('answer') %}
              | "help" {% command('help') %}
              | "help" helpWords {% command('help') %}
              | "lang" language {% command('lang') %}
              | "level" level {% command('level') %}
              | "trace" {% command('trace') %}
              | "trace" traced {% command('trace') %}
              | "explain" topics {% command('explain') %}
              | "explain" {% command('explain') %}

lesson -> %lesson {% one('lesson') %}
choice -> %choice {% one('choice') %}
answers -> answerWord {% list %}
         | answers answerWord {% append %}
answerWord -> %answerWord {% many('choice') %}
language -> "ko" {% word('lang') %}
          | "en" {% word('lang') %}
level -> "quiet" {% word('level') %}
       | "normal" {% word('level') %}
       | "chatty" {% word('level') %}
traced -> "last" {% word('target') %}
        | %target {% one('target') %}
        | %target %name {% kindFirst %}
topics -> topic {% list %}
        | topics topic {% append %}
topic -> %topic {% many('topic') %}
