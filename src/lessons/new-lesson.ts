/** The file that `pilothouse lesson new` writes: small, complete, and passing its own check. */

/** Text of a new lesson file. */
export function newLessonText(id: string): string {
  return TEMPLATE.replace('{{id}}', id);
}

const TEMPLATE = `# A lesson of pilothouse. Check it with: pilothouse lesson check FILE
#
# A step tells (say), asks for something to be done (do), or asks a question (quiz, ask, order).
# Expressions are CEL over the world: pod(ns, name), pods(ns), node(name), get(kind, ns, name), etcd.leader,
# lines (what was typed in this step: line, exit, stdout, stderr), since (seconds since the step began) and more.
# Korean is spoken in 해요체; quote texts that hold a comma, a colon or a backtick.
id: {{id}}
title: { ko: 새 수업, en: A new lesson }
aim: { ko: 무엇을 할 수 있게 되는지 한 문장으로 적어요., en: Say in one sentence what one can do afterwards. }
needs: [a2-one-pod]
cluster: default
seed: 1

facts:
  - say: { ko: 컨피그맵은 설정을 담는 오브젝트예요., en: A ConfigMap is an object that holds settings. }
    source: kubernetes/website concepts/configuration/configmap

steps:
  - id: welcome
    say:
      ko: 설정도 오브젝트예요. 하나 만들어 볼까요?
      en: "Settings are objects too. Make one:"

  - id: make
    do:
      ko: "\`greeting\` 컨피그맵을 만들어 보세요."
      en: "Create a ConfigMap \`greeting\`."
    check:
      - that: get("ConfigMap", "default", "greeting") != null
        pending: { ko: "아직 \`greeting\` 컨피그맵이 없어요.", en: "There is no ConfigMap \`greeting\` yet." }
    hints:
      - { ko: "\`kubectl create configmap greeting\`을 입력해 보세요.", en: "Type \`kubectl create configmap greeting\`." }
    solution: kubectl create configmap greeting
    wrong:
      - { lines: kubectl create configmap farewell, fails: 1 }
    done: { ko: 기록이 생겼어요., en: The record is there. }

  - id: where
    quiz: { ko: 이 오브젝트는 어디에 저장됐을까요?, en: Where is this object stored? }
    choices:
      - { right: { ko: etcd, en: etcd }, because: { ko: API 오브젝트는 모두 etcd에 있어요., en: All API objects are in etcd. } }
      - { wrong: { ko: kubelet의 디스크, en: The disk of the kubelet }, reveals: M02, because: { ko: kubelet은 API만 읽어요., en: The kubelet only reads the API. } }
`;
