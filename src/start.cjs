#!/usr/bin/env node
// The program's first lines: loads the bundle with the compiled code that the build stored beside it. Code of another Node is refused by V8, and the bundle is
// compiled as usual.
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const file = join(__dirname, 'pilothouse.js');
const stored = join(__dirname, 'pilothouse.code');

function storedCode() {
  try {
    return readFileSync(stored);
  } catch {
    return undefined;
  }
}

const cachedData = process.env.PILOTHOUSE_KEEP_CODE ? undefined : storedCode();
const script = new Script(`(function(module,require,__filename,__dirname){${readFileSync(file, 'latin1')}\n})`, { filename: file, cachedData });
if (process.env.PILOTHOUSE_KEEP_CODE) process.on('exit', () => writeFileSync(stored, script.createCachedData()));
script.runInThisContext()({ exports: {} }, createRequire(file), file, __dirname);
