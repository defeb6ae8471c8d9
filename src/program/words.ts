/** What the program itself says about its arguments, in both languages. */
import type { Text } from '../base/text.ts';

const list = (names: readonly string[]): string => names.join(', ');

/** A value of an option that does not fit: `--seed: expected …, found "…"`. */
export const misfit = (option: string, expected: Text, found: string): Text => ({
  ko: `${option}: ${expected.ko} 와야 하는데 ${found === '' ? '비어 있어요' : `"${found}" 값이 있어요`}.`, en: `${option}: expected ${expected.en}, found "${found}"`,
});

/** One of a closed list, as what was expected. */
export const oneOfThese = (names: readonly string[]): Text => ({ ko: `${list(names)} ${names.length === 1 ? '이름이' : '가운데 하나가'}`, en: `one of ${list(names)}` });
export const anyOfThese = (names: readonly string[]): Text => ({ ...oneOfThese(names), en: list(names) });

export const words = {
  noCluster: (name: string, known: readonly string[]): Text => ({
    ko: `"${name}" 클러스터는 없어요. ${list(known)} 가운데 하나나 YAML 파일을 적어 주세요.`, en: `there is no cluster "${name}": expected ${list(known)}, or a YAML file`,
  }),
  noCommand: (word: string, known: readonly string[], near: string | undefined): Text => ({
    ko: `"${word}" 명령은 없어요. ${near === undefined ? `쓸 수 있는 명령: ${list(known)}.` : `혹시 "${near}"인가요?`} pilothouse --help를 보세요.`,
    en: `there is no command "${word}": ${near === undefined ? `expected ${list(known)}, or nothing` : `did you mean "${near}"?`}; see pilothouse --help`,
  }),
  unknownOption: (option: string, near: string | undefined): Text => ({
    ko: `${option} 옵션은 없어요. ${near === undefined ? '' : `혹시 ${near}인가요? `}pilothouse --help를 보세요.`, en: `Unknown option '${option}'${near === undefined ? '' : `, did you mean ${near}?`}; see pilothouse --help`,
  }),
  needsValue: (option: string): Text => ({ ko: `${option} 옵션 뒤에 값을 적어 주세요. pilothouse --help를 보세요.`, en: `${option}: expected a value after it; see pilothouse --help` }),
  takesNoValue: (option: string): Text => ({ ko: `${option} 옵션에는 값을 붙이지 않아요. pilothouse --help를 보세요.`, en: `${option}: takes no value; see pilothouse --help` }),
  noLesson: (word: string, known: readonly string[]): Text => ({ ko: `"${word}" 수업은 없어요. 있는 수업: ${list(known)}`, en: `there is no lesson "${word}": expected ${list(known)}` }),
  tooManyWords: (word: string): Text => ({ ko: `"${word}" 앞에서 끝나야 해요. pilothouse --help를 보세요.`, en: `expected nothing more, found "${word}"; see pilothouse --help` }),
  noSuite: (name: string, known: readonly string[]): Text => ({
    ko: `pilothouse bench: "${name}" 묶음은 없어요. 있는 묶음: ${list(known)}`, en: `pilothouse bench: there is no suite "${name}": expected ${list(known)}`,
  }),
  nameScenario: { ko: 'pilothouse run: 시나리오 파일을 하나 이상 적어 주세요.', en: 'pilothouse run: name at least one scenario file' },
  nameSave: { ko: 'pilothouse replay: 저장한 파일을 적어 주세요.', en: 'pilothouse replay: name a save file' },
  lessonId: (found: string): Text => ({
    ko: `pilothouse lesson new: 소문자로 시작하고 소문자, 숫자, 하이픈으로 된 이름을 하나 적어 주세요. 지금은 "${found}"예요.`,
    en: `pilothouse lesson new: expected one id of small letters, digits and dashes that begins with a letter, found "${found}"`,
  }),
  isThere: { ko: '벌써 있어요. 그대로 두었어요.', en: 'is there already; it was left as it is' },
  sameDigest: (digest: string): Text => ({ ko: `다이제스트 ${digest}: 저장할 때와 같아요.`, en: `digest ${digest}: the same as saved` }),
} as const;
