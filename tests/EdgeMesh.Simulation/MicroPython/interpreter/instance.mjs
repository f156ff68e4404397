// The interpreter with the production agent on a board of the simulation: loaded and imported once, and taken back to that moment at every boot.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { createCollection } from '../../../../tools/micropython/collector.mjs';
import { createCalls } from './calls.mjs';

const ROOT = new URL('../../../../', import.meta.url);
const AGENT = new URL('device/micropython/edgemesh/', ROOT), MODULES = new URL('./modules/', import.meta.url);
const HEAP_BYTES = 4 << 20, PYSTACK_BYTES = 16 << 10;
const SEED = 20260101;

const require = createRequire(new URL('tools/micropython/package.json', ROOT));
const wasm = await WebAssembly.compile(fs.readFileSync(require.resolve('@micropython/micropython-webassembly-pyscript/micropython.wasm')));
const { loadMicroPython } = await import(require.resolve('@micropython/micropython-webassembly-pyscript/micropython.mjs'));
const instantiate = WebAssembly.instantiate;

/** The agent's modules with a seeded bug in them. patches: { module, old, new }, each of which must be found once. */
function sources(patches) {
  const texts = new Map(fs.readdirSync(AGENT).filter((name) => name.endsWith('.py')).map((name) => [name.slice(0, -3), fs.readFileSync(new URL(name, AGENT), 'utf8')]));
  for (const patch of patches) {
    const parts = texts.get(patch.module).split(patch.old);
    if (parts.length !== 2) throw new Error(`a seeded bug's place in ${patch.module}.py is there ${parts.length - 1} times: ${patch.old}`);
    texts.set(patch.module, parts.join(patch.new));
  }
  return texts;
}

export class Instance {
  #exports; #device; #kept; #calls;

  static async load(link, patches, print) {
    const instance = new Instance();
    const bytes = () => new Uint8Array(instance.#exports.memory.buffer);
    let collection;
    const calls = instance.#calls = Object.freeze(createCalls(link, bytes, () => collection()));
    WebAssembly.instantiate = async (_source, imports) => {
      intercept(imports.env, link);
      const loaded = await instantiate(wasm, imports);
      instance.#exports = loaded.exports;
      return { module: wasm, instance: loaded };
    };
    const device = instance.#device = await loadMicroPython({ heapsize: HEAP_BYTES, pystack: PYSTACK_BYTES, stdout: print, stderr: print });
    WebAssembly.instantiate = instantiate;
    // What JavaScript drops must not be freed in an instance that was taken back since.
    globalThis.pyProxyFinalizationRegistry = { register() {} };
    collection = createCollection(device, { get buffer() { return instance.#exports.memory.buffer; } });
    device.registerJsModule('_host', calls);
    device.FS.mkdir('/modules');
    device.FS.mkdir('/modules/edgemesh');
    for (const [name, text] of sources(patches)) device.FS.writeFile(`/modules/edgemesh/${name}.py`, text);
    for (const name of fs.readdirSync(MODULES)) device.FS.writeFile(`/modules/${name}`, fs.readFileSync(new URL(name, MODULES)));
    device.FS.writeFile('/modules/boarderrno.py', fs.readFileSync(new URL('tools/micropython/modules/errno.py', ROOT)));
    // The agent's own client speaks over sockets; here messages go whole, as they do for C# devices.
    device.FS.rename('/modules/messages.py', '/modules/edgemesh/mqtt.py');
    device.runPython("import sys\nsys.path[:] = ['/modules']\nimport startboard\nstartboard.prepare()");
    collection();
    instance.#keep();
    return instance;
  }

  /** Boots the board with a configuration; returns, or throws, when main.py would have ended. */
  boot(configuration, resetCause) {
    this.#again();
    this.#calls.begin();
    this.#device.globals.set('configuration', configuration);
    this.#device.runPython(`startboard.boot(configuration, ${resetCause})`);
  }

  // All of the interpreter's state is its memory, its stack pointer and the table of what it knows of JavaScript.
  #keep() {
    this.#kept = { bytes: new Uint8Array(this.#exports.memory.buffer).slice(), stack: this.#exports.emscripten_stack_get_current(),
      references: [...globalThis.proxy_js_ref], next: globalThis.proxy_js_ref_next, map: [...globalThis.proxy_js_ref_map],
      proxies: [...globalThis.proxy_js_map], existing: [...globalThis.proxy_js_existing] };
  }

  #again() {
    const memory = new Uint8Array(this.#exports.memory.buffer), { bytes, stack, references, next, map, proxies, existing } = this.#kept;
    memory.set(bytes);
    memory.fill(0, bytes.length);
    this.#exports._emscripten_stack_restore(stack);
    globalThis.proxy_js_ref = [...references];
    globalThis.proxy_js_ref_next = next;
    globalThis.proxy_js_ref_map = new Map(map);
    globalThis.proxy_js_map = new Map(proxies);
    globalThis.proxy_js_existing = [...existing];
  }
}

function intercept(env, link) {
  for (const name of ['call0', 'call1', 'call2', 'calln']) {
    const call = env[name];
    env[name] = (...args) => {
      call(...args);
      if (link.thrown) throw link.thrown;
    };
  }
  let seed = SEED;
  env.mp_js_random_u32 = () => { seed = (Math.imul(seed, 1664525) + 1013904223) | 0; return seed; };
  env.mp_js_ticks_ms = () => link.now_ms % 0x40000000;
  env.mp_js_time_ms = () => link.now_ms;
}
