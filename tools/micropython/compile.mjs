// The oracle: asks the pinned interpreter's own compile() which programs it takes. Nothing is run.
// Standard input: one JSON string a line, a program each. Standard output: one line each, "ok" or the exception.
// A program that breaks or stalls the interpreter is answered by "stopped": it runs in a thread of its own with a time limit.
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const LIMIT_MS = 5000;
// A fresh interpreter now and then: names and constants that programs bring stay in its memory.
const PROGRAMS_PER_INTERPRETER = 2000;

if (isMainThread) {
  let worker, left = 0;
  const fresh = async () => {
    await worker?.terminate();
    worker = new Worker(new URL(import.meta.url));
    left = PROGRAMS_PER_INTERPRETER;
    await new Promise((resolve) => worker.once('message', resolve));
  };
  const ask = (program) => new Promise((resolve) => {
    const answered = (answer) => { clearTimeout(timer); worker.off('message', answered).off('error', broken); resolve(answer); };
    const broken = () => { left = 0; answered('stopped'); };
    const timer = setTimeout(broken, LIMIT_MS);
    worker.on('message', answered).on('error', broken);
    worker.postMessage(program);
  });
  // Read to its end first: readline loses lines that arrive while one is worked on and the input is closed.
  for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
    if (left-- <= 0) await fresh();
    process.stdout.write(`${JSON.stringify(await ask(JSON.parse(line)))}\n`);
  }
  await worker?.terminate();
} else {
  const { loadMicroPython } = await import('@micropython/micropython-webassembly-pyscript/micropython.mjs');
  const interpreter = await loadMicroPython({ heapsize: 16 << 20, stdout: () => {}, stderr: () => {} });
  interpreter.globals.set('program', '');
  parentPort.on('message', (program) => {
    interpreter.globals.set('program', program);
    try {
      interpreter.runPython('compile(program, "p", "exec")');
      parentPort.postMessage('ok');
    } catch (error) {
      if (error.name !== 'PythonError') throw error;
      parentPort.postMessage(`${error.type}: ${error.message.trimEnd().split('\n').pop()}`);
    }
  });
  parentPort.postMessage('ready');
}
