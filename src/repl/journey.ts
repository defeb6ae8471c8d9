/** Time that a line lets pass (`advance`, `until`, `goto`): a slice at a time, so that the screen stays awake and Ctrl-C ends it. */
import { micros, type Micros, type Result } from '../base/data.ts';

/** How far time shall run, and what to say there. */
export interface Journey {
  /** Latest moment. */
  readonly end: Micros;
  /** Ends the journey early when it holds; the error says why that cannot be told. */
  readonly holds?: () => Result<boolean, string>;
  /** Called at the end, with whether `holds` did; a text is the reason why the line failed. */
  over(held: boolean): string | undefined;
}

/** What a journey needs of the session. */
export interface Traveller {
  readonly now: Micros;
  /** Lets time pass until a moment, for at most so much real time. */
  passUntil(at: Micros, untilReal: number): void;
}

/** Time between two looks at a condition. */
const LOOK_MICROS = 100_000;

/** Goes on until the end, or until real time is up. Undefined = under way; a text in `failed` is why the line failed. */
export function travelOn(journey: Journey, traveller: Traveller, untilReal: number): { readonly failed: string | undefined } | undefined {
  for (;;) {
    const held = journey.holds?.();
    if (held?.ok === false) return { failed: held.error };
    if (held?.value === true || traveller.now >= journey.end) return { failed: journey.over(held?.value ?? false) };
    if (performance.now() >= untilReal) return undefined;
    traveller.passUntil(held === undefined ? journey.end : micros(Math.min(journey.end, traveller.now + LOOK_MICROS)), untilReal);
  }
}
