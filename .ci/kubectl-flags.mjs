// Which flags of kubectl the lines of the comparison try. What kubectl has is in test/kubectl/testdata/flags.json: command → `name/short=default …`.

/** The command that a line calls (`create secret tls`) and the flags on it, by their long names. */
function flagsOn(line, commands) {
  const words = (line.split('\n')[0] ?? '').match(/"[^"]*"|'[^']*'|[^\s"']+(?:"[^"]*"|'[^']*')*|\S+/g) ?? [];
  const end = words.indexOf('--');
  const given = words.slice(1, end < 0 ? undefined : end);
  const plain = given.filter(word => !word.startsWith('-'));
  const name = [4, 3, 2, 1].map(count => plain.slice(0, count).join(' ')).find(path => commands.has(path));
  if (name === undefined) return undefined;
  const known = commands.get(name);
  const found = new Set();
  for (const word of given) {
    const long = /^--([\w-]+)/.exec(word)?.[1];
    if (long !== undefined) { found.add(long); continue; }
    // Switches may stand together: -it. What follows a flag with a value is its value.
    const letters = /^-([A-Za-z]+)/.exec(word)?.[1] ?? '';
    for (const letter of letters) { const flag = known.find(({ short }) => short === letter); if (flag === undefined) break; found.add(flag.name); if (!flag.isSwitch) break; }
  }
  return { name, found };
}

/** Flags that no line tries, as `command --flag`, and how many there are in all. */
export function untriedFlags(lines, declared) {
  const commands = new Map(Object.entries(declared).map(([name, flags]) => [name, flags.split(' ').filter(word => word !== '').map((word) => {
    const [, long, short, value] = /^([\w-]+)(?:\/(\w))?=(.*)$/.exec(word);
    return { name: long, short, isSwitch: value === 'true' || value === 'false' };
  })]));
  const tried = new Map([...commands.keys()].map(name => [name, new Set()]));
  for (const line of lines) {
    for (const part of line.split(/\||&&|;/)) {
      const on = /^\s*kubectl\b/.test(part) ? flagsOn(part.trim(), commands) : undefined;
      if (on !== undefined) for (const flag of on.found) tried.get(on.name).add(flag);
    }
  }
  const all = [...commands].flatMap(([name, flags]) => flags.map(flag => ({ name, flag: flag.name })));
  return { all: all.length, untried: all.filter(({ name, flag }) => !tried.get(name).has(flag)).map(({ name, flag }) => `${name} --${flag}`) };
}

/** The stories of flags.yaml: one per command, a line for each way to give each flag. */
export function flagStories({ files, setup, shared, commands }, declared) {
  let n = 100;
  const steps = setup.map(line => (/^\+\d+s$/.test(line) ? { pass: Number(line.slice(1, -1)) } : { line }));
  return Object.entries(commands).map(([name, { line, on = 'deploy/web', only, flags = {} }]) => {
    const wanted = (declared[name] ?? '').split(' ').map(word => /^[\w-]+/.exec(word)?.[0]).filter(flag => flag !== undefined && (only?.includes(flag) ?? true));
    const ways = wanted.flatMap(flag => flags[flag] ?? shared[flag] ?? []);
    const typed = ways.map((way) => {
      const number = String(n++);
      const [more, about] = typeof way === 'string' ? [way, on] : ['', way.on];
      const [before, ...rest] = line.split(/(?= -- | \| )/);
      return { line: `kubectl ${name} ${before.replace('{on}', about)} ${more}${rest.join('')}`.replaceAll('{n}', number).replace(/ {2,}/g, ' ').trim() };
    });
    return { id: `flags/${name.replaceAll(' ', '-')}`, files, steps: [...steps, ...typed.flatMap(step => [step, { pass: 2 }])] };
  });
}
