/** The program: reads its arguments and opens what they ask for. */
const [, , ...args] = process.argv;

async function main(): Promise<void> {
  // Nothing is loaded before these two are answered.
  if (args[0] === '--version' || args[0] === '-V') {
    const { programVersion } = await import('./repl/package-root.ts');
    process.stdout.write(`${programVersion()}\n`);
  } else {
    const { runProgram } = await import('./program/program.ts');
    process.exitCode = await runProgram(args);
  }
}

void main();
