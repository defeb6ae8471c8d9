/** First words that no program here begins with, but that people type: what they are probably after. */
import type { Text } from '../../base/text.ts';
import { meaningOf } from './words.ts';

const HELLO: Text = { ko: '안녕하세요. `learn`으로 첫 수업을 시작해 볼까요? 할 수 있는 일은 `help`에 모여 있어요.', en: 'Hello! Begin the first lesson with `learn`, or see what you can do with `help`.' };
const BEGIN: Text = { ko: '수업은 `learn`으로 시작해요. 목록은 `lessons`에 있어요.', en: 'Lessons begin with `learn`; `lessons` lists them.' };
const LEAVE: Text = { ko: '나가려면 `quit`이라고 해 주세요.', en: 'To leave, type `quit`.' };
const LIST: Text = { ko: '목록은 `get`으로 봐요. 예: `kubectl get pods`', en: 'Lists are shown by `get`, for example `kubectl get pods`.' };
const MANUAL: Text = { ko: '도움말은 `help`에 있어요. 명령 하나만 보려면 `help kubectl get`처럼 적어 보세요.', en: 'The manual is `help`; for one command type for example `help kubectl get`.' };
const CONTAINERS: Text = { ko: '노드에서는 containerd가 컨테이너를 띄워요. `on worker-1: crictl ps`처럼 물어보세요.', en: 'The nodes run containerd: ask it with `on worker-1: crictl ps`.' };
const CLUSTER: Text = { ko: '클러스터는 벌써 떠 있어요. `kubectl get nodes`로 만나 보세요.', en: 'A cluster is running already: meet it with `kubectl get nodes`.' };
const ROOT: Text = { ko: '여기서는 무엇이든 해도 돼요. `sudo` 없이 그대로 적어 주세요.', en: 'You may do anything here: leave `sudo` out.' };
const EDITOR: Text = { ko: '오브젝트는 `kubectl edit`으로 고쳐요. 예: `kubectl edit deployment web`', en: 'Objects are edited with `kubectl edit`, for example `kubectl edit deployment web`.' };
const SHELL: Text = { ko: '여기는 셸이 아니라 클러스터의 조타실이에요. 쓸 수 있는 명령은 `help`에 모여 있어요.', en: 'This is not a shell but the pilothouse of a cluster. `help` lists the commands.' };
const CLEAR: Text = { ko: '화면을 비우려면 Ctrl-L을 누르세요.', en: 'Ctrl-L clears the screen.' };

const GREETINGS = 'hi hello hey 안녕 안녕하세요 하이 반가워요';
const strangers: readonly (readonly [Text, string])[] = [
  [HELLO, GREETINGS],
  [BEGIN, 'start begin tutorial lesson course teach study 시작하기 배우기 처음'],
  [LEAVE, 'bye q :q :q! :wq logout end 안녕히 잘가'],
  [LIST, 'list'],
  [MANUAL, 'man info manual usage /help --help -h'],
  [CONTAINERS, 'docker podman nerdctl ctr'],
  [CLUSTER, 'minikube kind kubeadm k3s'],
  [ROOT, 'sudo su'],
  [EDITOR, 'vi vim nano emacs code'],
  [SHELL, 'cd pwd cat echo mkdir touch bash sh zsh node npm git apt which whoami'],
  [CLEAR, 'clear cls'],
];

/** Nothing is asked for and nothing is wrong: who greets is greeted. */
export const isGreeting = (word: string): boolean => GREETINGS.split(' ').includes(word.toLowerCase());

/** What to tell someone whose line begins with this word; undefined = nothing is known of it. */
export function adviceFor(word: string): Text | undefined {
  const low = word.toLowerCase();
  const known = strangers.find(([, words]) => words.split(' ').includes(low))?.[0];
  if (known !== undefined) return known;
  const means = meaningOf(low);
  if (means === undefined || !('kind' in means)) return undefined;
  return { ko: `무엇을 할지 앞에 적어 주세요. 예: \`kubectl get ${means.kind}\``, en: `Say first what to do, for example \`kubectl get ${means.kind}\`.` };
}
