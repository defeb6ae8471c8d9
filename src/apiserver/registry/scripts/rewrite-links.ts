/**
 * Links of pages that pass the proxy: what leads to the root of the program leads to the proxy's path instead.
 *
 * @source kubernetes/apimachinery pkg/util/proxy/transport.go (atomsToAttrs, rewriteURL, rewriteHTML)
 */

/** Tag → attributes that hold a URL. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'], applet: ['codebase'], area: ['href'], audio: ['src'], base: ['href'], blockquote: ['cite'], body: ['background'], button: ['formaction'], command: ['icon'], del: ['cite'],
  embed: ['src'], form: ['action'], frame: ['longdesc', 'src'], head: ['profile'], html: ['manifest'], iframe: ['longdesc', 'src'], img: ['longdesc', 'src', 'usemap'], input: ['src', 'usemap', 'formaction'],
  ins: ['cite'], link: ['href'], object: ['classid', 'codebase', 'data', 'usemap'], q: ['cite'], script: ['src'], source: ['src'], video: ['poster', 'src'],
};

/** A URL of the program as the client behind the proxy must ask for it. Relative ones, and those of other hosts, stay. */
export function rewriteUrl(url: string, prefix: string): string {
  if (!url.startsWith('/') || url.startsWith('//') || url.startsWith(`${prefix}/`)) return url;
  return prefix + url;
}

/** Rewrites the URLs in the tags of a page. */
export function rewriteLinks(html: string, prefix: string): string {
  return html.replace(/<([a-zA-Z][a-zA-Z0-9]*)(\s[^<>]*)>/g, (whole, tag: string, rest: string) => {
    const names = ATTRIBUTES[tag.toLowerCase()];
    if (names === undefined) return whole;
    const changed = rest.replace(/(\s)([a-zA-Z-]+)(\s*=\s*)("[^"]*"|'[^']*')/g, (pair, space: string, name: string, equals: string, quoted: string) =>
      (names.includes(name.toLowerCase()) ? `${space}${name}${equals}${quoted.charAt(0)}${rewriteUrl(quoted.slice(1, -1), prefix)}${quoted.charAt(0)}` : pair));
    return `<${tag}${changed}>`;
  });
}
