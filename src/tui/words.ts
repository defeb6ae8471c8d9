/** The program's own words on the screen. */
export interface Words {
  readonly tutor: string;
  readonly cluster: string;
  readonly note: string;
  readonly tooSmall: (columns: number, rows: number) => string;
  readonly newRows: (count: number) => string;
  readonly scrolled: (count: number) => string;
  readonly hints: readonly string[];
  readonly hintsBusy: readonly string[];
  /** Rows in view are wider than the pane. */
  readonly hintCut: string;
  readonly hintsMore: readonly string[];
  /** Several rows are typed, and whole. */
  readonly hintsRows: readonly string[];
  readonly hintsEdit: readonly string[];
  readonly editing: (name: string) => string;
  readonly hintsPopup: readonly string[];
  readonly hintsSearch: readonly string[];
  readonly search: string;
  readonly noMatch: string;
  readonly leaveAgain: string;
  readonly pasteTooLong: (characters: number) => string;
  readonly queueFull: string;
  readonly waiting: (count: number) => string;
  readonly copied: (rows: number) => string;
  readonly nothingToCopy: string;
  readonly paused: string;
  readonly faults: string;
  readonly lesson: string;
  readonly branch: string;
  readonly seed: string;
  readonly nodes: string;
  readonly pods: string;
  readonly down: string;
  readonly more: (count: number) => string;
  readonly noEvents: string;
  readonly noNodes: string;
  readonly goodbye: string;
  readonly etcd: EtcdWords;
}

/** Words of the etcd tab. */
export interface EtcdWords {
  readonly none: string;
  readonly noLeader: string;
  readonly term: string;
  readonly revision: string;
  readonly members: string;
  readonly member: string;
  readonly role: string;
  /** Columns: end of the log, committed, applied. */
  readonly last: string;
  readonly commit: string;
  readonly applied: string;
  readonly roles: Readonly<Record<'leader' | 'follower' | 'candidate' | 'preCandidate' | 'learner' | 'removed', string>>;
  readonly database: (quota: string) => string;
  readonly alarms: string;
  readonly noAlarms: string;
  readonly quiet: string;
  readonly inFlight: (count: number) => string;
}

const KO: Words = {
  tutor: '튜터', cluster: '클러스터', note: '알림',
  tooSmall: (columns, rows) => `창이 너무 작아요 (${columns}×${rows}). 60×16 이상으로 키워 주세요.`,
  newRows: (count) => `↓ 새 줄 ${count}`,
  scrolled: (count) => `↑ ${count}줄 위를 보는 중 · PgDn 아래로`,
  hints: ['Tab 완성', '↑ 기록', 'Ctrl-R 찾기', 'Ctrl-T 탭', 'PgUp 위로', 'F4 넓게', 'Ctrl-D 끝'],
  hintsBusy: ['실행 중', 'Ctrl-C 중단'],
  hintCut: 'Shift-→ 잘린 열 보기',
  hintsMore: ['입력이 더 필요해요', 'Enter 계속', 'Ctrl-C 취소'],
  hintsRows: ['Enter 실행', 'Alt-Enter 새 줄', 'Ctrl-C 취소'],
  hintsEdit: ['고치는 중', 'Ctrl-S 저장', 'Enter 새 줄', 'Ctrl-C 취소'],
  editing: (name) => `${name} 고치는 중 · Ctrl-S 저장 · Ctrl-C 취소`,
  hintsPopup: ['↑↓ 고르기', 'Enter 넣기', 'Esc 닫기'],
  hintsSearch: ['Ctrl-R 더 옛것', 'Enter 가져오기', 'Esc 취소'],
  search: '기록 찾기', noMatch: '(없음)',
  leaveAgain: '끝내려면 Ctrl-C를 한 번 더 누르세요.',
  pasteTooLong: (characters) => `붙여넣은 글이 너무 길어요 (${characters}자). 파일로 저장해 -f FILE 로 쓰세요.`,
  queueFull: '앞선 줄이 끝나기를 기다리세요.',
  waiting: (count) => `기다리는 줄 ${count}`,
  copied: (rows) => `${rows}줄을 복사했어요.`,
  nothingToCopy: '복사할 출력이 없어요.',
  paused: '멈춤', faults: '고장', lesson: '수업', branch: '가지', seed: '시드', nodes: '노드', pods: '파드', down: '꺼짐',
  more: (count) => `… ${count}개 더`,
  noEvents: '아직 이벤트가 없어요.', noNodes: '노드가 없어요.', goodbye: '조타실에서 나왔어요.',
  etcd: {
    none: 'etcd가 없어요.', noLeader: '리더 없음', term: '텀', revision: '리비전', members: '멤버', member: '멤버', role: '역할', last: '로그', commit: '커밋', applied: '적용',
    roles: { leader: '리더', follower: '팔로워', candidate: '후보', preCandidate: '예비 후보', learner: '러너', removed: '제거됨' },
    database: (quota) => `데이터 파일 (한도 ${quota})`, alarms: '경보', noAlarms: '없음', quiet: '오가는 메시지가 없어요. step으로 한 걸음씩 보세요.', inFlight: (count) => `오가는 메시지 ${count}`,
  },
};

const EN: Words = {
  tutor: 'tutor', cluster: 'cluster', note: 'note',
  tooSmall: (columns, rows) => `The window is too small (${columns}×${rows}). Make it at least 60×16.`,
  newRows: (count) => `↓ ${count} new`,
  scrolled: (count) => `↑ ${count} rows up · PgDn goes down`,
  hints: ['Tab completes', '↑ history', 'Ctrl-R search', 'Ctrl-T tabs', 'PgUp scrolls', 'F4 wide', 'Ctrl-D leaves'],
  hintsBusy: ['running', 'Ctrl-C stops it'],
  hintCut: 'Shift-→ more columns',
  hintsMore: ['more is needed', 'Enter goes on', 'Ctrl-C cancels'],
  hintsRows: ['Enter runs it', 'Alt-Enter new row', 'Ctrl-C cancels'],
  hintsEdit: ['editing', 'Ctrl-S saves', 'Enter new row', 'Ctrl-C cancels'],
  editing: (name) => `Editing ${name} · Ctrl-S saves · Ctrl-C cancels`,
  hintsPopup: ['↑↓ choose', 'Enter takes', 'Esc closes'],
  hintsSearch: ['Ctrl-R older', 'Enter takes', 'Esc cancels'],
  search: 'search history', noMatch: '(none)',
  leaveAgain: 'Press Ctrl-C once more to leave.',
  pasteTooLong: (characters) => `The pasted text is too long (${characters} characters). Save it to a file and use -f FILE.`,
  queueFull: 'Wait for the lines before to finish.',
  waiting: (count) => `${count} waiting`,
  copied: (rows) => `Copied ${rows} rows.`,
  nothingToCopy: 'There is no output to copy.',
  paused: 'paused', faults: 'faults', lesson: 'lesson', branch: 'branch', seed: 'seed', nodes: 'nodes', pods: 'pods', down: 'down',
  more: (count) => `… ${count} more`,
  noEvents: 'No events yet.', noNodes: 'There are no nodes.', goodbye: 'You left the pilothouse.',
  etcd: {
    none: 'There is no etcd.', noLeader: 'no leader', term: 'term', revision: 'revision', members: 'members', member: 'member', role: 'role', last: 'log', commit: 'commit', applied: 'appl',
    roles: { leader: 'leader', follower: 'follower', candidate: 'candidate', preCandidate: 'pre-candidate', learner: 'learner', removed: 'removed' },
    database: (quota) => `data file (quota ${quota})`, alarms: 'alarms', noAlarms: 'none', quiet: 'No message under way; step shows them one by one.', inFlight: (count) => `messages under way: ${count}`,
  },
};

export function wordsOf(lang: 'ko' | 'en'): Words {
  return lang === 'ko' ? KO : EN;
}
