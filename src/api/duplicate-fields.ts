/**
 * Names that come twice in one object of a JSON text, which a parser that keeps the last one does not tell.
 *
 * @source sigs.k8s.io/json internal/golang/encoding/json/decode.go (duplicate field)
 */

/** Duplicates reported at most, as upstream's strict errors. */
const DUPLICATES_MAX = 100;

/** How many members the objects of a value have in all. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += membersOf(item);
    return count;
  }
  for (const item of Object.values(value)) count += 1 + membersOf(item);
  return count;
}

/**
 * True when a text surely says nothing twice: it has no more places that look like the end of a name than its value has members. Much quicker than reading it.
 */
export function hasNoDuplicates(text: string, value: unknown): boolean {
  let places = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    let next = at + 1;
    while (text.charCodeAt(next) <= 32) next++;
    if (text.charCodeAt(next) === 58) places++;
  }
  return places === membersOf(value);
}

/** Paths such as `spec.containers[0].image`, each once. The text must be JSON. */
export function duplicateFields(text: string): readonly string[] {
  const found = new Set<string>();
  let at = 0;
  const space = (): void => { while (at < text.length && text.charCodeAt(at) <= 32) at++; };
  const string = (): string => {
    const from = at++;
    while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
    return text.slice(from, ++at);
  };
  const value = (path: string): void => {
    space();
    switch (text.charAt(at)) {
      case '{': members(path); return;
      case '[': items(path); return;
      case '"': string(); return;
      default: while (at < text.length && !',]}'.includes(text.charAt(at))) at++;
    }
  };
  const members = (path: string): void => {
    const names = new Set<string>();
    for (at++, space(); at < text.length && text.charAt(at) !== '}'; space()) {
      if (text.charAt(at) === ',') { at++; continue; }
      const name = JSON.parse(string()) as string;
      const place = path === '' ? name : `${path}.${name}`;
      if (names.has(name) && found.size < DUPLICATES_MAX) found.add(place);
      names.add(name);
      space();
      at++;
      value(place);
    }
    at++;
  };
  const items = (path: string): void => {
    let index = 0;
    for (at++, space(); at < text.length && text.charAt(at) !== ']'; space()) {
      if (text.charAt(at) === ',') { at++; continue; }
      value(`${path}[${index++}]`);
    }
    at++;
  };
  value('');
  return [...found];
}
