// One instance of the interpreter: loaded, shut off from JavaScript, with the ESP32's modules in place. A boot of the device.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { closeBridge, CONVERSIONS } from '../bridge.mjs';
import { createCollection } from '../collector.mjs';

/** Memory the interpreter may take in all, in bytes: garbage of a loop that never sleeps piles up here. */
const MEMORY_BYTES = 64 << 20;
/** Beyond the device's heap, so that what is garbage need not be collected at every sleep. */
const SLACK_BYTES = 1 << 20;
const C_HEAP_BYTES = 512 << 10;
const PAGE_BYTES = 65536;
const PYSTACK_BYTES = 16 << 10;
const SEED = 20260101;

const require = createRequire(import.meta.url);
const wasm = await WebAssembly.compile(fs.readFileSync(require.resolve('@micropython/micropython-webassembly-pyscript/micropython.wasm')));
const { loadMicroPython } = await import('@micropython/micropython-webassembly-pyscript/micropython.mjs');
const instantiate = WebAssembly.instantiate;

// In this order, since later ones import earlier ones. Those of ../modules are the same on the device host for tests.
const MODULES = ['_event', 'gc', 'errno', 'time', 'micropython', 'asyncio.core', '_async', '_pins', '_buses', '_chip', 'machine', 'dht', 'onewire', 'ds18x20', 'neopixel', 'network',
  'umqtt', 'umqtt.simple', 'umqtt.robust', 'requests', 'ntptime', 'esp32', 'edgemesh', '_driver'];
const OTHER_NAMES = { time: 'utime', asyncio: 'uasyncio', requests: 'urequests', errno: 'uerrno' };
const FOLDERS = [new URL('./modules/', import.meta.url), new URL('../modules/', import.meta.url)];
const source = (name) => {
  const file = `${name.replace('.', '_')}.py`;
  return fs.readFileSync(FOLDERS.map((folder) => new URL(file, folder)).find((url) => fs.existsSync(url)));
};
const sources = new Map(MODULES.map((name) => [name, source(name)]));

const PREPARE = `
import sys, vfs
sys.path[:] = ['/frozen', '.frozen']
for name in ${JSON.stringify(MODULES)}:
    shim = '_shim_' + name.replace('.', '_')
    __import__(shim)
    sys.modules[name] = sys.modules.pop(shim)
    sys.modules[name].__name__ = name
for name, other in ${JSON.stringify(Object.entries(OTHER_NAMES))}:
    sys.modules[other] = sys.modules[name]
_run = sys.modules['_driver'].run
for name in ('js', 'jsffi', '_host', '_event', '_pins', '_buses', '_chip', '_async', '_driver'):
    sys.modules[name] = None
sys.path[:] = ['', '.frozen']
vfs.umount('/')
for name in ('sys', 'vfs', 'name', 'shim', 'other'):
    globals().pop(name, None)
del name
`;

export class Instance {
  #exports;
  #device;
  #collection;
  #bridge;
  #sealed = false;
  #kept;
  /** Whether memory had to grow: time to collect. */
  pressure = false;
  /** What the modules take of the heap, in bytes; on a device they are in flash. */
  base_bytes = 0;

  static #warm;

  /** @see #boot; the first one of a process, which has more to find out, is thrown away, so that all are the same. */
  static async boot(...options) {
    Instance.#warm ??= Instance.#boot(...options);
    await Instance.#warm;
    return Instance.#boot(...options);
  }

  /**
   * @param calls frozen functions by name: all that the program can reach
   * @param thrown gives what is to be thrown through the interpreter, which ends this boot, or undefined
   * @param print takes the bytes that the program prints
   */
  static async #boot(calls, heap_bytes, thrown, print) {
    const instance = new Instance();
    const bytes = () => instance.bytes();
    instance.#bridge = closeBridge(calls, bytes, CONVERSIONS);
    WebAssembly.instantiate = async (_source, imports) => {
      instance.#intercept(imports.env, calls, thrown);
      const loaded = await instantiate(wasm, imports);
      instance.#exports = loaded.exports;
      return { module: wasm, instance: loaded };
    };
    const device = await loadMicroPython({ heapsize: heap_bytes + SLACK_BYTES, pystack: PYSTACK_BYTES, linebuffer: false, stdout: print, stderr: print });
    WebAssembly.instantiate = instantiate;
    // When JavaScript drops an object of one instance, its registry would free something of whichever instance is there by then.
    globalThis.pyProxyFinalizationRegistry = { register() {} };
    instance.#device = device;
    instance.#collection = createCollection(device, { get buffer() { return instance.#exports.memory.buffer; } });
    device.registerJsModule('_host', calls);
    device.FS.mkdir('/frozen');
    for (const [name, text] of sources) device.FS.writeFile(`/frozen/_shim_${name.replace('.', '_')}.py`, text);
    device.runPython(PREPARE);
    // The interpreter's own references to JavaScript's global object; nothing of ours needs them.
    globalThis.proxy_js_ref[0] = Object.freeze(Object.create(null));
    instance.#bridge.close();
    instance.#limitMemory(device._module);
    instance.base_bytes = instance.#collection();
    instance.#keep();
    return instance;
  }

  /** Goes back to where boot() ended: the next boot of the same device, without loading anything. */
  again() {
    const memory = this.bytes(), { bytes, stack, references, next } = this.#kept;
    memory.set(bytes);
    memory.fill(0, bytes.length);
    this.#exports._emscripten_stack_restore(stack);
    globalThis.proxy_js_ref = [...references];
    globalThis.proxy_js_ref_next = next;
    globalThis.proxy_js_ref_map = new Map(references.map((object, index) => [object, index]));
    this.pressure = false;
  }

  // All of the interpreter's state is its memory, its stack pointer and the table of what it knows of JavaScript.
  #keep() {
    this.#kept = { bytes: this.bytes().slice(), stack: this.#exports.emscripten_stack_get_current(),
      references: [...globalThis.proxy_js_ref], next: globalThis.proxy_js_ref_next };
  }

  bytes() { return new Uint8Array(this.#exports.memory.buffer); }

  /** Collects garbage; gives how many bytes of the program's are alive. */
  collect() {
    this.pressure = false;
    return this.#collection() - this.base_bytes;
  }

  /** Runs the program to its end; throws what `thrown` gives, or what broke. */
  run() { this.#device.runPython('_run()'); }

  #intercept(env, calls, thrown) {
    this.#bridge.intercept(env);
    for (const name of ['call0', 'call1', 'call2', 'calln']) {
      const call = env[name];
      env[name] = (...args) => {
        call(...args);
        const end = thrown();
        if (end) throw end;
      };
    }
    let seed = SEED;
    env.mp_js_ticks_ms = () => calls.ticks_ms();
    env.mp_js_time_ms = () => calls.time() * 1000;
    env.mp_js_random_u32 = () => { seed = (Math.imul(seed, 1664525) + 1013904223) | 0; return seed; };
    const grow = env.emscripten_resize_heap;
    env.emscripten_resize_heap = (size) => {
      this.pressure = true;
      if (this.#sealed || size >>> 0 > MEMORY_BYTES) return 0;
      // Exactly as much as is asked for, so that the next growth is seen as well; the original then finds it done.
      const { memory } = this.#exports;
      memory.grow(Math.ceil(((size >>> 0) - memory.buffer.byteLength) / PAGE_BYTES));
      return grow(size);
    };
  }

  /** Takes all free memory outside the collected heap, save for what the C library needs, so that growth is seen. */
  #limitMemory(module) {
    const held = [];
    this.#sealed = true;
    for (let size = 8 << 20; size >= 4096;) {
      const block = module._malloc(size);
      if (block) held.push([block, size]); else size >>= 1;
    }
    for (let freed = 0; held.length && freed < C_HEAP_BYTES;) {
      const [block, size] = held.pop();
      module._free(block);
      freed += size;
    }
    this.#sealed = false;
    this.pressure = false;
  }
}
