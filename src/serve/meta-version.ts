/** Tables and metadata in the older version of their group, which clients of before 1.15 ask for. It has the same fields. */
interface Meta { readonly apiVersion?: string; readonly rows?: readonly { readonly object?: object | null }[]; readonly items?: readonly object[] }

/** The versions of meta.k8s.io in which tables are served, the newest first. */
export const META_VERSIONS: readonly string[] = ['v1', 'v1beta1'];
const NEWEST = 'meta.k8s.io/v1';

/** A body whose parts of meta.k8s.io are in the version asked for; undefined = the newest. */
export function inMetaVersion(body: object, version: string | undefined): object {
  const { apiVersion, rows, items } = body as Meta;
  if (version === undefined || apiVersion !== NEWEST) return body;
  const older = (part: object): object => inMetaVersion(part, version);
  return {
    ...body, apiVersion: `meta.k8s.io/${version}`,
    ...(rows === undefined ? {} : { rows: rows.map(row => (row.object ? { ...row, object: older(row.object) } : row)) }), ...(items === undefined ? {} : { items: items.map(older) }),
  };
}
