// The device's thread: one boot of the interpreter, from loading it to the end of main.py. It blocks where a device blocks;
// host.mjs, in another thread, owns the network and the watchdog and ends this thread when the board resets.
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { closeBridge } from './bridge.mjs';
import { createCalls, readAir } from './calls.mjs';
import { createCollector, GARBAGE_BYTES } from './collector.mjs';
import { createSockets } from './sockets.mjs';
import { oneSlot, Partitions } from './partitions.mjs';
import { Storage } from './storage.mjs';

const { wasm, folder, partitionsFolder, heap, speed, cut, full, control, air, resetCause, uniqueId, bootedAt_ms } = workerData;
// What the shims and the module table take of the collected heap; on a device they are in flash. Measured, and held by a test.
const SHIM_BYTES = 30 * 1024;
// The C heap keeps this much for paths, directory listings and strings from the host.
const C_HEAP_BYTES = 64 * 1024;
const MODULES = new URL('./modules/', import.meta.url);
// In this order, since later ones import earlier ones.
const MODULE_NAMES = ['_event', 'gc', 'errno', 'time', 'os', 'select', '_chip', 'machine', 'network', 'socket', 'ssl', 'cryptolib', 'esp32',
  'asyncio.core'];

const words = new Int32Array(control);
const post = (message) => parentPort.postMessage(message);
/** Ends this boot: whoever owns this thread terminates it. */
function stop(message) {
  post(message);
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

let instance;
const memory = { get buffer() { return instance.exports.memory.buffer; } };
const bytes = () => new Uint8Array(memory.buffer);
const waitUntil = (predicate, timeout_ms) => {
  const end = timeout_ms < 0 ? Infinity : performance.now() + timeout_ms / speed;
  for (;;) {
    const seen = Atomics.load(words, 0), value = predicate();
    if (value !== undefined) return value;
    const left = end - performance.now();
    if (left <= 0) return undefined;
    Atomics.wait(words, 0, seen, left);
  }
};

const storage = new Storage(folder, { cut, full }, () => stop({ end: 'cut', calls: storage.calls }));
const partitions = partitionsFolder ? new Partitions(partitionsFolder, (make) => storage.change(make)) : oneSlot;
// A firmware that crashes before MicroPython starts: the board resets, and the bootloader is asked again.
if (!partitions.bootloader()) stop({ end: 'reset', cause: 'hard', calls: storage.calls });
let collect;
const calls = Object.freeze(Object.assign(Object.create(null),
  createCalls({ control, speed, bootedAt_ms, resetCause, uniqueId, bytes, post, stop, calls: () => storage.calls }),
  { collect: (force) => collect(force), heap_limit: () => heap + SHIM_BYTES },
  { air: () => readAir(air), release: () => partitions.about.release },
  partitions.calls(bytes),
  // Certificates are judged by the device's clock.
  createSockets((request) => post({ request: request.op === 'tls' ? { ...request, time: calls.time() } : request }), bytes, waitUntil)));

const instantiate = WebAssembly.instantiate;
const bridge = closeBridge(calls, bytes);
WebAssembly.instantiate = async (_source, imports) => {
  bridge.intercept(imports.env);
  storage.intercept(imports.env, imports.wasi_snapshot_preview1);
  imports.env.mp_js_ticks_ms = () => calls.ticks_ms();
  imports.env.mp_js_time_ms = () => calls.time() * 1000;
  imports.env.mp_js_random_u32 = () => crypto.getRandomValues(new Int32Array(1))[0];
  imports.env.emscripten_resize_heap = () => 0;
  instance = await instantiate(wasm, imports);
  return { module: wasm, instance };
};

/** Takes all free memory outside the collected heap, save for what the C library needs, so that the heap cannot grow. */
function limitMemory(module) {
  const held = [];
  for (let size = 8 << 20; size >= 1024;) {
    const block = module._malloc(size);
    if (block) held.push([block, size]); else size >>= 1;
  }
  for (let freed = 0; held.length && freed < C_HEAP_BYTES;) {
    const [block, size] = held.pop();
    module._free(block);
    freed += size;
  }
}

const { loadMicroPython } = await import('@micropython/micropython-webassembly-pyscript/micropython.mjs');
const line = (text) => post({ line: text });
const device = await loadMicroPython({ heapsize: heap + SHIM_BYTES + GARBAGE_BYTES, stdout: line, stderr: line });
collect = createCollector(device, memory, heap + SHIM_BYTES);
device.registerJsModule('_host', calls);
device.FS.mkdir('/frozen');
for (const name of MODULE_NAMES) {
  device.FS.writeFile(`/frozen/_shim_${name.replace('.', '_')}.py`, fs.readFileSync(new URL(`${name.replace('.', '_')}.py`, MODULES)));
}
device.runPython(`
import sys, vfs
sys.path[:] = ['/frozen']
for name in ${JSON.stringify(MODULE_NAMES)}:
    shim = '_shim_' + name.replace('.', '_')
    __import__(shim)
    sys.modules[name] = sys.modules.pop(shim)
    sys.modules[name].__name__ = name
for name in ('js', 'jsffi', '_host'):
    sys.modules[name] = None
`);
storage.mount(device.FS, memory);
device.runPython(`
vfs.umount('/')
vfs.mount(vfs.VfsPosix('/flash'), '/')
import os
os.chdir('/')
sys.path[:] = ['', '.frozen', '/lib']
for name in ('sys', 'vfs', 'name', 'shim', 'os'):
    globals().pop(name, None)
del name
import gc
gc.collect()
del gc
`);
bridge.close();
limitMemory(device._module);
post({ booted: true });

/** Runs one file as the board does; answers 'ok', 'error' or 'exit' (SystemExit, which is a soft reset). */
function run(name) {
  if (!device.FS.analyzePath(`/flash/${name}`).exists) return 'ok';
  try {
    device.runPython(`execfile('${name}')`);
    return 'ok';
  } catch (error) {
    if (error.name !== 'PythonError') throw error;
    if (error.type === 'SystemExit') return 'exit';
    // The first frame is the line above, which a device does not have.
    for (const text of error.message.trimEnd().split('\n')) if (!text.includes('"<stdin>"')) line(text);
    return 'error';
  }
}

let result = run('boot.py');
if (result !== 'exit') result = run('main.py');
if (result === 'exit') stop({ end: 'reset', cause: 'soft', calls: storage.calls });
if (calls.timers_active()) device.runPython('import _event\nwhile _event.timers: _event.wait(1000)');
stop({ end: result, calls: storage.calls });
