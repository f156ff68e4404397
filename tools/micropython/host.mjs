// A board: boots the interpreter in a thread of its own, and does to it what the hardware does: reset, watchdog, power cut.
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { AIR_BYTES, CLOCK, DEADLINE, WAKE, hostNow_ms, writeAir } from './calls.mjs';
import { Network } from './network.mjs';

/** machine.reset_cause() on the ESP32. machine.reset() is a HARD_RESET there; SystemExit and machine.soft_reset() are soft. */
export const RESET_CAUSE = { power: 1, hard: 2, watchdog: 3, deepsleep: 4, soft: 5 };
/** Heap of an ESP32 without PSRAM, roughly. */
export const DEFAULT_HEAP_BYTES = 128 * 1024;

const require = createRequire(import.meta.url);
let compiled;
const wasm = () => (compiled ??= WebAssembly.compile(
  fs.readFileSync(require.resolve('@micropython/micropython-webassembly-pyscript/micropython.wasm'))));

class Device extends EventEmitter {
  #options; #folder; #temporary; #worker; #network; #timer; #finish; #ended = false;
  #control = new SharedArrayBuffer(64);
  #doubles = new Float64Array(this.#control, 16);
  #air = new SharedArrayBuffer(AIR_BYTES);
  /** Lines printed since power-on. */
  output = [];
  /** How often the board has booted, and why the last time (a key of RESET_CAUSE). */
  boots = 0;
  cause = 'power';
  /** Mutating file-system calls of the last finished boot. */
  calls = 0;

  constructor(options) {
    super();
    this.#options = { heap: DEFAULT_HEAP_BYTES, speed: 1, reboot: true, ...options };
    writeAir(this.#air, options.air);
    this.#temporary = typeof options.flash !== 'string';
    this.#folder = this.#temporary ? fs.mkdtempSync(path.join(os.tmpdir(), 'flash-')) : path.resolve(options.flash);
    if (this.#temporary) writeImage(this.#folder, options.flash ?? {});
    /** Resolves with { end, cause, output, calls, flash } once the device is off or has nothing left to run. */
    this.finished = new Promise((resolve) => { this.#finish = resolve; });
  }

  /** The flash's content: path from the root to bytes, null for a folder. */
  flash() { return readImage(this.#folder); }

  /** What the Wi-Fi station finds from now on: see boot. */
  setAir(air) { writeAir(this.#air, air); }

  /** Pulls the plug: as kill -9 would. */
  async powerOff() { await this.#end('off'); return this.finished; }

  /** Waits for a line of output that matches, printed already or to come. */
  waitForLine(pattern, timeout_ms = 10000) {
    const matches = (line) => (typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line));
    const found = this.output.find(matches);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const stop = () => { clearTimeout(timer); this.off('line', onLine); };
      const onLine = (line) => { if (matches(line)) { stop(); resolve(line); } };
      const timer = setTimeout(() => { stop(); reject(new Error(`no line ${pattern} in ${timeout_ms} ms; printed:\n${this.output.join('\n')}`)); }, timeout_ms);
      this.on('line', onLine);
    });
  }

  async start() {
    const { heap, speed, cut, full, uniqueId, partitions } = this.#options;
    this.boots++;
    if (this.cause === 'power') this.#doubles[CLOCK] = 0;
    this.#doubles[DEADLINE] = 0;
    const words = new Int32Array(this.#control);
    const network = this.#network = new Network(() => { Atomics.add(words, WAKE, 1); Atomics.notify(words, WAKE); });
    const worker = this.#worker = new Worker(new URL('./interpreter.mjs', import.meta.url), { workerData: {
      wasm: await wasm(), folder: this.#folder, partitionsFolder: partitions, air: this.#air, heap, speed, cut, full, control: this.#control, resetCause: RESET_CAUSE[this.cause],
      uniqueId: uniqueId ?? createHash('sha256').update(this.#folder).digest('hex').slice(0, 12), bootedAt_ms: hostNow_ms() } });
    worker.on('message', (message) => { if (worker === this.#worker) this.#message(message, network); });
    worker.on('error', (error) => { if (worker === this.#worker) this.#panic(error); });
    return this;
  }

  #message(message, network) {
    if (message.request) network.request(message.request);
    else if (message.line !== undefined) this.#line(message.line);
    else if (message.booted) this.emit('boot', this.cause);
    else if (message.watchdog) this.#watch();
    else if (message.end) this.#stopped(message);
  }

  #line(text) { this.output.push(text); this.emit('line', text); }

  #stopped({ end, cause, sleep_ms, calls }) {
    this.calls = calls;
    if (end === 'reset') this.#reset(cause, sleep_ms);
    // At the end of main.py a board waits at its prompt; the watchdog, where one runs, still resets it.
    else if (end === 'cut' || this.#doubles[DEADLINE] === 0) this.#end(end);
  }

  #watch() {
    clearTimeout(this.#timer);
    const left = this.#doubles[DEADLINE] - hostNow_ms();
    if (left > 0) this.#timer = setTimeout(() => this.#watch(), left + 1);
    else { this.#line('Task watchdog got triggered.'); this.#reset('watchdog'); }
  }

  /** The interpreter or this host broke, or device code tried to leave it: never booted over, so that it is seen. */
  #panic(error) { this.#line(`Guru Meditation Error: ${error.stack ?? error}`); this.#end('fault'); }

  async #reset(cause, sleep_ms = 0) {
    await this.#stopThread();
    if (this.#ended) return;
    this.cause = cause;
    this.emit('reset', cause);
    if (!this.#options.reboot) { this.#end('reset'); return; }
    if (sleep_ms > 0) this.#timer = setTimeout(() => this.start(), sleep_ms / this.#options.speed);
    else await this.start();
  }

  async #end(end) {
    if (this.#ended) return;
    this.#ended = true;
    await this.#stopThread();
    const flash = this.#temporary ? this.flash() : undefined;
    if (this.#temporary) fs.rmSync(this.#folder, { recursive: true });
    this.#finish({ end, cause: this.cause, output: this.output, calls: this.calls, flash });
  }

  async #stopThread() {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#network.destroy();
    await worker?.terminate();
  }
}

/**
 * Powers a board up.
 * @param options.flash a host folder, or an image { path: text or bytes, null for a folder } to be held apart from any folder
 * @param options.heap bytes of the collected heap
 * @param options.speed how many times faster than the host the device's clock runs
 * @param options.reboot false: stop at the first reset
 * @param options.uniqueId machine.unique_id() as 12 hex digits
 * @param options.cut lose power at a file-system call: see Storage
 * @param options.partitions the folder of two firmware slots, from flashPartitions; without one the board has one slot, and none to update
 * @param options.air the access points in reach, { aps: [{ ssid, key, rssi, hidden }], errors: { scan: 'text of an OSError' } }; without it there is
 *   always one, whatever its name and key
 * @param options.full find no room at file-system calls: see Storage
 * @returns the started Device
 */
export const boot = (options) => new Device(options).start();

function writeImage(folder, image) {
  for (const [name, content] of Object.entries(image)) {
    const target = path.join(folder, name);
    if (content === null) fs.mkdirSync(target, { recursive: true });
    else { fs.mkdirSync(path.dirname(target), { recursive: true }); fs.writeFileSync(target, content); }
  }
}

function readImage(folder, at = '/', image = {}) {
  for (const entry of fs.readdirSync(path.join(folder, at), { withFileTypes: true })) {
    const name = path.posix.join(at, entry.name);
    if (entry.isDirectory()) { image[name] = null; readImage(folder, name, image); } else image[name] = fs.readFileSync(path.join(folder, name));
  }
  return image;
}
