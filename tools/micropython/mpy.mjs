// What the second compiler makes of each program that standard input gives as a line of JSON: a line of {"mpy": base64} or {"error": …}.
// A program that begins with "### load" is also imported by the interpreter; "printed" is what it printed. For tests, of our own programs only.
import readline from 'node:readline';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { compile } from './sandbox/compiler.mjs';

process.setMaxListeners(0); // The compiler's own code adds two each time.

async function load(mpy) {
  const lines = [];
  const interpreter = await loadMicroPython({ stdout: (line) => lines.push(line), linebuffer: true });
  interpreter.FS.writeFile('/compiled.mpy', Buffer.from(mpy, 'base64'));
  interpreter.runPython("import sys\nsys.path.append('/')\nimport compiled");
  return lines.join('\n');
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const source = JSON.parse(line), result = compile(source);
  if (source.startsWith('### load')) result.printed = await load(result.mpy);
  console.log(JSON.stringify(result));
}
