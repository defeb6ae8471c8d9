/**
 * A component gives up, as the real program does with `panic` or `os.Exit`: its process dies in the middle of the step, what it sent before is on its
 * way, the rest never happens, and the world goes on. Thrown by a component, caught by the kernel only.
 */
export class Panic extends Error {}
