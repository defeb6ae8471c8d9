/** `pilothouse addon NAME`: the manifests of an add-on, for `kubectl apply -f -`. */
import { addons, optionalAddons } from '../addons/registry.ts';
import { yaml } from '../repl/yaml.ts';
import { misfit, oneOfThese } from './words.ts';
import type { ProgramOptions } from './options.ts';

export function runAddon(options: ProgramOptions): Promise<number> {
  const [, name, ...more] = options.words;
  const found = addons.find(addon => !addon.isUsual && addon.name === name);
  if (found === undefined || more.length > 0) {
    process.stderr.write(`${misfit('pilothouse addon', oneOfThese(optionalAddons), [name ?? '', ...more].join(' '))[options.lang]}\n`);
    return Promise.resolve(2);
  }
  process.stdout.write(found.manifests().map(manifest => `---\n${yaml().stringify(manifest, { aliasDuplicateObjects: false })}`).join(''));
  return Promise.resolve(0);
}
