# A line of the prompt. The other files of this folder hold the programs; terminals (%name) are described in
# src/repl/parse/terminals.ts, words are cut by src/repl/parse/lexer.ts.
# No ?, *, + and no parentheses with alternatives: their helper rules collide between included files.
@lexer lexer
@{%
import { append, appendAfter, assigned, command, commandOf, first, flag, heredoc, kindFirst, list, many, nameFirst, nothing, one, onNode, question, redirect, restOf, switchOn, word } from './build.ts';
%}

line -> null {% nothing %}
      | statements {% first %}
      | statements ";" {% first %}

statements -> statement {% list %}
            | statements ";" statement {% appendAfter(';') %}
            | statements "&&" statement {% appendAfter('&&') %}
            | statements "|>" piped {% appendAfter('|') %}

# `| kubectl …`: the lexer writes the bar before kubectl as |>.
piped -> "kubectl" flags verb filters redirection {% restOf %}

statement -> stage {% first %}
           | "on" node ":" stage {% onNode %}
           | "on" node stage {% onNode %}
           | "ssh" node stage {% onNode %}

stage -> source filters redirection {% restOf %}
       | faultCommand {% restOf %}

source -> kubectl {% first %}
        | etcdctl {% first %}
        | etcdutl {% first %}
        | crictl {% first %}
        | fileCommand {% first %}
        | timeCommand {% first %}
        | tutorCommand {% first %}
        | question {% first %}

# Flags may stand between any two words of kubectl, etcdctl and crictl; so may a here-document.
flags -> null
       | flags flag {% append %}

flag -> %switch {% switchOn %}
      | %switch %assigned {% assigned %}
      | %option %argument {% flag %}
      | %heredoc {% heredoc %}

node -> %node {% one('node') %}
resource -> %resource {% one('resource') %}
name -> %name {% many('names') %}
names -> null
       | names name flags {% append %}
typeName -> %typeName {% many('typeNames') %}
typeNames -> typeName flags {% append %}
           | typeNames moreTypeName flags {% append %}
moreTypeName -> %name {% many('typeNames') %}

# What most verbs of kubectl act on: TYPE[,TYPE…] [NAME…] or TYPE/NAME…
targets -> resource flags names
         | typeNames

@include "shell.ne"
@include "kubectl.ne"
@include "etcdctl.ne"
@include "crictl.ne"
@include "time.ne"
@include "tutor.ne"
@include "ask.en.ne"
@include "ask.ko.ne"
