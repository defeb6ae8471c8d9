/**
 * Names of images.
 * @source distribution/reference regexp.go
 */
import { hashText } from '../base/prng.ts';
import { generatedName, generatedNameAlphabet, generatedNameSuffixLength } from '../api/names.ts';

const REFERENCE = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/;

export const isImageName = (image: string): boolean => REFERENCE.test(image);

/**
 * `library/nginx:1.27` → `nginx`: the container name that kubectl makes of an image. A name with `_` or `.` gets five more letters, which real
 * kubectl draws at random and we take from the image.
 * @source kubernetes/kubectl pkg/cmd/create/create_deployment.go buildPodSpec, sanitizeAndUniquify
 */
export function containerNameOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1).replace(/[@:].*$/, '');
  if (!/[_.]/.test(name)) return name;
  let bits = hashText(image);
  const draws = Array.from({ length: generatedNameSuffixLength }, () => {
    const draw = bits % generatedNameAlphabet.length;
    bits = Math.floor(bits / generatedNameAlphabet.length);
    return draw;
  });
  return generatedName(`${name.replace(/[_.]/g, '-')}-`, draws);
}
