// One dry run: a program, a scenario, and what came of it. Everything the program can reach is in the calls made here.
import { BOARDS } from './boards.mjs';
import { Buses } from './buses.mjs';
import { Clock } from './clock.mjs';
import { instrument } from './coverage.mjs';
import { Instance } from './instance.mjs';
import { Interrupts } from './interrupts.mjs';
import { judge } from './judge.mjs';
import { Net } from './net.mjs';
import { Pins } from './pins.mjs';
import { Recorder, seconds } from './recorder.mjs';
import { DeviceTime } from './time.mjs';
import { World } from './world.mjs';

/** What an ESP32 without PSRAM has for a program: the scenario's default. */
export const HEAP_BYTES = 126976;
const START_UNIX_S = 1767225600;
const WALL_MS = 25000;
const BOOTS = 2000;
const OUTPUT_BYTES = 1 << 16;
const TEXT_LENGTH = 1 << 17;
/** A collection at each of the first sleeps, then at each so manieth: exact for short runs, cheap for long ones. */
const COLLECT_FIRST = 32, COLLECT_EACH = 64;

/** Lines between two collections in a program that fills its memory without sleeping; fewer where memory still grows, more
 *  where so many collections went by without. */
const BUSY_LINES = 64, BUSY_LINES_MIN = 8, BUSY_LINES_MAX = 4096, BUSY_CALM = 16;

/** Thrown through the interpreter when the run is over. */
class Ended extends Error {}
/** Thrown through the interpreter when the device boots anew. */
class Reboot extends Error {}

export class DryRun {
  #thrown;
  #instance;
  #calls;
  #printed = '';
  #printedBytes = 0;
  #sleeps = 0;
  #over = false;
  #each = Infinity;
  #left = Infinity;
  #calm = 0;
  #deadline_ms = Infinity;
  #ended;
  #program = { source: '', lines: [], name: '_line' };
  scenario = { duration_s: 1, start_unix_s: START_UNIX_S, heap_bytes: HEAP_BYTES, inputs: [], expect: [] };
  board = BOARDS.esp32;
  clock = new Clock();
  recorder = new Recorder(this.clock);
  interrupts = new Interrupts();
  covered = new Uint8Array(1);
  end_us = Infinity;
  heapPeak_bytes = 0;
  boots = 0;
  world = new World(this);
  pins = new Pins(this);
  net = new Net(this);
  time = new DeviceTime(this);
  #buses = new Buses(this);

  /** Boots the device, so that a run can begin at once. One instance is for one run. */
  async boot(heap_bytes = HEAP_BYTES) {
    this.#calls ??= checked({ ...this.time.calls(), ...this.pins.calls(), ...this.#buses.calls(), ...this.net.calls(), ...this.#own() }, () => this.#refuse());
    this.#instance = await Instance.boot(this.#calls, heap_bytes, () => this.#thrown, (bytes) => this.#print(bytes));
    this.boots++;
    return this;
  }

  /** @returns the behaviour report */
  async run(source, scenario, wall_ms = WALL_MS) {
    this.#deadline_ms = performance.now() + wall_ms;
    this.scenario = { ...this.scenario, ...scenario };
    this.board = BOARDS[this.scenario.board ?? 'esp32'];
    this.#program = instrument(source);
    this.covered = new Uint8Array(source.split('\n').length + 2);
    if (this.scenario.heap_bytes !== HEAP_BYTES) { this.boots = 0; await this.boot(this.scenario.heap_bytes); }
    this.end_us = this.scenario.duration_s * 1e6;
    this.time.reset();
    this.world.schedule(this.scenario.inputs);
    // What is wired at time 0 is there before the program is.
    this.clock.run(0);
    while (!this.#ended) this.#bootOnce();
    return this.#report();
  }

  #bootOnce() {
    this.#thrown = undefined;
    try {
      this.#instance.run();
      this.#ended ??= { ended: 'returned', why: 'It returned.' };
    } catch (error) {
      if (error instanceof Reboot) this.#bootAgain();
      else if (!(error instanceof Ended)) this.#broke(error);
    }
  }

  #bootAgain() {
    if (this.boots >= BOOTS) { this.#ended = { ended: 'timeout', why: `It booted ${BOOTS} times.` }; return; }
    this.net.reset();
    this.#instance.again();
    this.boots++;
    this.time.reset();
  }

  // The interpreter itself failed, or the bridge refused.
  #broke(error) {
    if (error instanceof RangeError) {
      this.recorder.exception('RuntimeError', 'maximum recursion depth exceeded', 0, 'program');
      this.#ended = { ended: 'exception', why: 'Its calls went too deep.' };
    } else if (error.message.startsWith('device code reached for the host')) this.#ended = { ended: 'refused_call', why: `It reached outside of the device: ${error.message}.` };
    else this.#ended = { ended: 'exception', why: `The interpreter failed: ${error.message.slice(0, 200)}` };
  }

  /** Ends the run from within a call. */
  end(ended, why) {
    this.#ended ??= { ended, why };
    this.#thrown = new Ended();
    throw this.#thrown;
  }

  reboot() {
    this.#thrown = new Reboot();
    throw this.#thrown;
  }

  #refuse() { this.end('refused_call', 'It called the host in a way that no module of the device does.'); }

  checkEnd() { if (this.clock.now_us >= this.end_us) this.end('duration', ''); }

  checkWork() {
    if (performance.now() <= this.#deadline_ms) return;
    this.#tooLong();
    throw this.#thrown;
  }

  #tooLong() {
    this.#ended ??= { ended: 'timeout', why: `After ${seconds(this.clock.now_us)} s of its time it had worked for longer than the dry run may take; does a loop never sleep?` };
    this.#thrown = new Ended();
  }

  /** The watchdog's end, which falls due while time passes and so must not be thrown there. */
  bite(why) {
    this.#ended ??= { ended: 'watchdog', why };
    this.end_us = this.clock.now_us;
  }

  /** Lets time pass in a call that blocks; interrupts wait. */
  pass(us) {
    this.clock.run(Math.min(this.clock.now_us + Math.max(0, us), this.end_us));
    this.checkEnd();
  }

  /** The interpreter's memory from an address on; the program has no say beyond it. */
  bytes(address, count) {
    const memory = this.#instance.bytes();
    if (!(Number.isInteger(address) && Number.isInteger(count) && address >= 0 && count >= 0 && address + count <= memory.length)) this.#refuse();
    return memory.subarray(address, address + count);
  }

  collect(force) {
    this.#sleeps++;
    if ((this.#sleeps & 255) === 0) this.checkWork();
    if (!force && this.#sleeps > COLLECT_FIRST && this.#sleeps % COLLECT_EACH !== 0) return false;
    const alive_bytes = this.#instance.collect();
    this.heapPeak_bytes = Math.max(this.heapPeak_bytes, alive_bytes);
    return alive_bytes > this.scenario.heap_bytes;
  }

  /** At each line. A program that fills its memory without ever sleeping is collected for as it runs, as often as it takes.
   *  @returns whether more is alive than the heap holds */
  overWhileBusy() {
    if (this.#instance.pressure) {
      this.#each = Math.max(BUSY_LINES_MIN, this.#each === Infinity ? BUSY_LINES : this.#each >> 1);
      this.#calm = 0;
    } else if (--this.#left > 0) return false;
    else if (++this.#calm >= BUSY_CALM && this.#each < BUSY_LINES_MAX) { this.#each *= 2; this.#calm = 0; }
    this.#left = this.#each;
    return (this.#over = this.collect(true));
  }

  #own() {
    return {
      collect: ['b', (force) => this.collect(force)],
      over: ['', () => this.#over],
      heap_limit: ['', () => this.scenario.heap_bytes + this.#instance.base_bytes],
      source: ['', () => this.#program.source],
      line_name: ['', () => this.#program.name],
      exception: ['ssns', (type, message, line, where) => this.#exception(type, message, line, where)],
      warn: ['s', (sentence) => this.recorder.warn(sentence.slice(0, 300))],
      returned: ['', () => { this.collect(true); this.#ended ??= { ended: 'returned', why: 'It returned.' }; }],
    };
  }

  #exception(type, message, line, where) {
    this.recorder.exception(type, message, line, where);
    if (where === 'program') this.end(type === 'MemoryError' ? 'memory' : 'exception', `${type}${message ? `: ${message.slice(0, 200)}` : ''}${line ? `, in line ${line}` : ''}.`);
  }

  #print(bytes) {
    this.#printedBytes += bytes.length;
    // What is thrown here, the C library swallows; the next call of the program ends it.
    if ((this.#printedBytes & (OUTPUT_BYTES - 1)) === 0 && performance.now() > this.#deadline_ms) this.#tooLong();
    if (this.#printedBytes > OUTPUT_BYTES) { this.recorder.outputDropped += this.#printedBytes === OUTPUT_BYTES + bytes.length ? 1 : 0; return; }
    this.#printed += Buffer.from(bytes).toString('latin1');
    if (bytes[bytes.length - 1] !== 10) return;
    const lines = Buffer.from(this.#printed, 'latin1').toString('utf8').split('\n');
    this.#printed = lines.pop();
    for (const line of lines) this.recorder.print(line);
  }

  #report() {
    const { recorder, scenario } = this, { ended, why } = this.#ended;
    if (this.interrupts.lost) recorder.warn(`${this.interrupts.lost} interrupts were lost, since too many waited for the program.`);
    const { lines } = this.#program, missed = lines.filter((line) => !this.covered[line]);
    const records = recorder.report();
    const report = { ok: false, verdict: '', duration_s: seconds(Math.min(this.clock.now_us, this.end_us)), ended, boots: this.boots, ...records,
      heap_peak_bytes: this.heapPeak_bytes, coverage: { lines_run: lines.length - missed.length, lines_total: lines.length, missed } };
    return judge(report, recorder, scenario, why);
  }
}

/** Makes each call refuse arguments that are not of its kinds: n a number, s a text, b a truth value. */
function checked(calls, refuse) {
  const kinds = { n: (v) => typeof v === 'number' || typeof v === 'boolean', s: (v) => typeof v === 'string' && v.length <= TEXT_LENGTH, b: (v) => typeof v === 'boolean' };
  const object = Object.create(null);
  for (const [name, [signature, call]] of Object.entries(calls)) {
    const checks = [...signature].map((kind) => kinds[kind]);
    // One number is the form of the call that each line makes.
    object[name] = signature === 'n'
      ? (a) => { if (typeof a !== 'number' && typeof a !== 'boolean') refuse(); return call(+a); }
      : (...args) => {
        if (args.length !== checks.length || !checks.every((check, i) => check(args[i]))) refuse();
        return call(...args.map((v, i) => (signature[i] === 'n' ? +v : v)));
      };
  }
  return Object.freeze(object);
}
