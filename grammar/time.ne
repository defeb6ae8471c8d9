# Virtual time and faults.
@lexer lexer

timeCommand -> "advance" duration {% command('advance') %}
             | "step" {% command('step') %}
             | "step" count {% command('step') %}
             | "until" condition {% command('until') %}
             | "until" condition "within" limit {% command('until') %}
             | "pause" {% command('pause') %}
             | "resume" {% command('resume') %}
             | "speed" factor {% command('speed') %}
             | "undo" {% command('undo') %}
             | "undo" count {% command('undo') %}
             | "redo" {% command('redo') %}
             | "redo" count {% command('redo') %}
             | "back" duration {% command('back') %}
             | "goto" clock {% command('goto') %}
             | "seed" {% command('seed') %}
             | "save" {% command('save') %}
             | "save" path {% command('save') %}
             | "restore" path {% command('restore') %}
             | "status" {% command('status') %}
             | "requests" {% command('requests') %}
             | "fidelity" {% command('fidelity') %}
             | "quit" {% command('quit') %}

# `|` between the sides of a fault is a word, not a pipe.
faultCommand -> "fault" {% command('fault') %}
              | "fault" faultKind faultWords {% command('fault') %}
              | "heal" {% command('heal') %}
              | "heal" "all" {% command('heal') %}
              | "heal" faultKind faultWords {% command('heal') %}
faultKind -> %faultKind {% one('kind') %}
faultWords -> null
            | faultWords faultWord {% append %}
faultWord -> %faultTarget {% many('words') %}
           | "|" {% word('words') %}

duration -> %duration {% one('duration') %}
limit -> %duration {% one('within') %}
count -> %integer {% one('count') %}
factor -> %factor {% one('factor') %}
clock -> %clock {% one('clock') %}
condition -> %raw {% one('condition') %}
path -> %file {% one('path') %}
