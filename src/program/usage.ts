/** What `--help` says, in both languages. */

const EN = `pilothouse (조타실): learn to steer Kubernetes in a simulated cluster

Usage
  pilothouse [options]                    the prompt: a full screen on a terminal, plain lines without one
  pilothouse learn [LESSON]               the same, opened on a lesson (default: the next unfinished one)
  pilothouse run FILE… [--seed N | --seeds A..B] [--reporter pretty|tap|junit|json]
                                          scenarios; exit 0 all held, 1 one failed, 2 a file or the usage is wrong
  pilothouse lesson new ID | list | check [FILE…]
                                          begins, lists or proves lessons
  pilothouse replay FILE [--verify]       replays a save and compares its digest
  pilothouse serve [--port N] [--https [--user NAME:GROUP,…]…] [--speed N] [--kubeconfig FILE] [--listen ADDRESS] [--clock now|fixed|TIME]
                                          the cluster for kubectl, helm and other real clients, at a port of this machine;
                                          its clock is this machine's, fixed begins at 2026-01-01, a TIME repeats a run
        [--etcd-servers URL,… [--etcd-prefix PATH] [--etcd-cafile FILE] [--etcd-certfile FILE] [--etcd-keyfile FILE]]
                                          the same over a real etcd, which several of these processes may share
  pilothouse bench [SUITE…]               start, etcd, converge, api, serve, list, watch

Options
  --cluster NAME|FILE   tiny, default, ha, cloud, etcd, or a YAML topology
  --addon NAME          with metrics-server; "pilothouse addon NAME" prints its manifests for kubectl apply -f -
  --seed N              the same seed gives the same run
  --lang ko|en          default: from the locale
  --restore FILE        go on from a save
  --plain               lines instead of a screen
  --theme NAME          dark, light, high-contrast, colour-blind, mono
  --no-mouse            leave the mouse to the terminal
  --quiet               no tutor, only what commands print
  -h, --help            this text
  -V, --version         the version
`;

const KO = `pilothouse(조타실): 시뮬레이션 클러스터에서 쿠버네티스 조종을 배워요

사용법
  pilothouse [옵션]                       프롬프트: 터미널에서는 전체 화면, 아니면 한 줄씩
  pilothouse learn [수업]                 수업을 연 채로 시작 (기본: 아직 안 마친 다음 수업)
  pilothouse run 파일… [--seed N | --seeds A..B] [--reporter pretty|tap|junit|json]
                                          시나리오; 0 모두 맞음, 1 어긋남, 2 파일이나 사용법이 잘못됨
  pilothouse lesson new 이름 | list | check [파일…]
                                          새 수업 파일, 수업 목록, 수업 검사
  pilothouse replay 파일 [--verify]       저장한 것을 다시 돌려 다이제스트를 비교
  pilothouse serve [--port N] [--https [--user 이름:그룹,…]…] [--speed N] [--kubeconfig 파일] [--listen 주소] [--clock now|fixed|시각]
                                          kubectl, helm 같은 진짜 클라이언트가 쓸 클러스터를 이 기계의 포트에 열기;
                                          시계는 이 기계의 시계, fixed는 2026-01-01부터, 시각을 주면 그때의 실행을 그대로 되풀이
        [--etcd-servers 주소,… [--etcd-prefix 경로] [--etcd-cafile 파일] [--etcd-certfile 파일] [--etcd-keyfile 파일]]
                                          진짜 etcd 위에서 열기; 여러 프로세스가 함께 쓸 수 있음
  pilothouse bench [묶음…]                start, etcd, converge, api, serve, list, watch

옵션
  --cluster 이름|파일   tiny, default, ha, cloud, etcd, 또는 YAML 토폴로지
  --addon 이름          metrics-server를 켠 채로; "pilothouse addon 이름"은 kubectl apply -f - 에 줄 매니페스트를 찍음
  --seed N              시드가 같으면 실행도 같음
  --lang ko|en          기본: 로캘에 따라
  --restore 파일        저장한 데서 이어 하기
  --plain               화면 대신 한 줄씩
  --theme 이름          dark, light, high-contrast, colour-blind, mono
  --no-mouse            마우스를 터미널에 맡기기
  --quiet               튜터 없이 명령의 출력만
  -h, --help            이 글
  -V, --version         버전
`;

/** The help text. */
export const usage = (lang: 'ko' | 'en'): string => (lang === 'ko' ? KO : EN);
