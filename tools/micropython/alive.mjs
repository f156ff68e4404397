// Runs hostile programs on the pinned interpreter and tells what came of each: that a program does something here shows that a rule against it is needed.
// Standard input: one JSON string a line, a program each. Standard output: one JSON object each: { outcome, reached }.
// outcome is "ran", "stalled" (it never came back) or the exception's name; reached lists what it used of modules that only a board has.
// Modules of the board are recorders; nothing of this machine is reached. Each interpreter lives in a thread with a time limit.
import { createInterface } from 'node:readline';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const LIMIT_MS = 400;
const THREADS = 2;

const RECORDER = `
import sys
reached = []
class Recorder:
    def __init__(self, name): self._name = name
    def __getattr__(self, name):
        if name[:2] == '__': raise AttributeError(name)
        reached.append(self._name + '.' + name)
        return Recorder(self._name + '.' + name)
    def __call__(self, *args, **kwargs):
        reached.append(self._name + '()')
        for given in list(args) + list(kwargs.values()):
            if type(given) is type(lambda: 0):
                try: given(self)
                except TypeError: pass
        return Recorder(self._name + '()')
    def __getitem__(self, key): reached.append(self._name + '[]'); return Recorder(self._name + '[]')
    def __setitem__(self, key, value): reached.append(self._name + '[]=')
    def __or__(self, other): return self
    def __mul__(self, other): return self
    def __iter__(self): return iter(())
board = ('machine', 'time', 'edgemesh', 'asyncio', 'socket', 'network', 'requests', 'ssl', 'dht', 'onewire', 'ds18x20', 'neopixel', 'ntptime', 'esp', 'esp32', 'os', 'uctypes',
    'subprocess', 'shutil', 'flashbdev', '_thread', 'bluetooth', 'espnow', 'webrepl', 'webrepl_setup', 'mip', 'upysh', 'vfs', 'cryptolib', 'codecs', 'uftpd', 'socketserver',
    'importlib', 'pkg_resources', 'umqtt', 'select', 'micropython', 'gc', 'io', 'edgemesh.agent', 'umqtt.simple', 'umqtt.robust', 'os.path', 'sys', 'builtins')
def run(text):
    reached.clear()
    for name in board:
        sys.modules[name] = Recorder(name)
        if name[0] != '_' and '.' not in name: sys.modules['u' + name] = Recorder(name)
    scope = {'__name__': '__main__'}
    try:
        exec(text, scope)
        for name in ('setup', 'loop', 'main'):
            if name in scope:
                running = scope[name]()
                if hasattr(running, 'send'):
                    try: running.send(None)
                    except StopIteration: pass
        return 'ran'
    except BaseException as error:
        return type(error).__name__
`;

if (isMainThread) {
  const lines = [];
  for await (const line of createInterface({ input: process.stdin })) lines.push(line);
  const answers = new Array(lines.length);
  let next = 0;
  const work = async () => {
    let worker;
    const fresh = async () => { worker = new Worker(new URL(import.meta.url)); await new Promise((resolve) => worker.once('message', resolve)); };
    const ask = (program) => new Promise((resolve) => {
      const finish = (answer) => { clearTimeout(timer); worker.off('message', finish).off('error', broken); resolve(answer); };
      const broken = () => { const old = worker; worker = undefined; clearTimeout(timer); old.removeAllListeners(); old.on('error', () => {}); old.terminate(); resolve({ outcome: 'stalled', reached: [] }); };
      const timer = setTimeout(broken, LIMIT_MS);
      worker.on('message', finish).on('error', broken);
      worker.postMessage(program);
    });
    while (next < lines.length) {
      const index = next++;
      if (!worker) await fresh();
      answers[index] = await ask(JSON.parse(lines[index]));
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: THREADS }, work));
  process.stdout.write(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
} else {
  const { loadMicroPython } = await import('@micropython/micropython-webassembly-pyscript/micropython.mjs');
  const interpreter = await loadMicroPython({ heapsize: 1 << 20, stdout: () => {}, stderr: () => {} });
  interpreter.runPython(RECORDER);
  parentPort.on('message', (program) => {
    interpreter.globals.set('program', program);
    let outcome;
    try {
      interpreter.runPython('outcome = run(program)');
      outcome = interpreter.globals.get('outcome');
    } catch (error) {
      if (error.name !== 'PythonError') throw error;
      outcome = error.type;
    }
    interpreter.runPython("seen = ' '.join(reached[:20])");
    parentPort.postMessage({ outcome, reached: interpreter.globals.get('seen').split(' ').filter(Boolean) });
  });
  parentPort.postMessage('ready');
}
