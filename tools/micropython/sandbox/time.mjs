// Time as the program has it: sleeps, timers, the watchdog, the real-time clock, deep sleep, and what each line costs.
import { LINE_US, TICK_US } from './clock.mjs';
import { seconds } from './recorder.mjs';

// 2000-01-01T00:00:00Z in Unix seconds: the ESP32's epoch.
const EPOCH_2000 = 946684800;
const TICKS_MASK = 0x3fffffff;
/** How often the host looks at its own clock, in lines of the program. */
const LOOK_EACH = 256;
const DEEPSLEEP_RESET = 4, POWER_ON_RESET = 1;
const RTC_MEMORY_BYTES = 2048;

export class DeviceTime {
  #run;
  #waits = [];
  #timers = new Map();
  #watchdog;
  #watchdog_us = 0;
  #lines = 0;
  #booted_us = 0;
  #rtcMemory = new Uint8Array();
  resetCause = POWER_ON_RESET;

  constructor(run) { this.#run = run; }

  /** A boot begins: uptime starts anew, the real-time clock goes on. */
  reset() {
    this.#booted_us = this.#run.clock.now_us;
    this.#waits.length = 0;
    for (const timer of this.#timers.values()) this.#run.clock.cancel(timer);
    this.#timers.clear();
    this.#run.clock.cancel(this.#watchdog);
    this.#watchdog = undefined;
  }

  calls() {
    const { clock, interrupts, recorder } = this.#run;
    const tick = () => { clock.run(clock.now_us + TICK_US); this.#run.checkEnd(); return clock.now_us - this.#booted_us; };
    return {
      line: ['n', (line) => this.#line(line)],
      /** Begins a sleep, unless more is alive than the heap holds, which it answers. */
      sleep: ['n', (us) => {
        us = Math.min(Math.max(0, Math.round(us)), Number.MAX_SAFE_INTEGER / 4);
        const over = this.#run.collect(false);
        recorder.sleep(us);
        if (!over) this.#waits.push(clock.now_us + us);
        return over;
      }],
      /** Goes on with the sleep begun last, to its end or to the next interrupt, whose key it gives. */
      step: ['', () => this.#step()],
      /** Ends the sleep begun last before its time. */
      wake: ['', () => recorder.sleep(clock.now_us - this.#waits.pop(), true)],
      due: ['', () => interrupts.take()],
      done: ['', () => interrupts.done()],
      rest: ['', () => this.#waits.push(Infinity)],
      ticks_ms: ['', () => Math.floor(tick() / 1000) & TICKS_MASK],
      ticks_us: ['', () => tick() % (TICKS_MASK + 1)],
      /** Unix seconds, always with a fraction, since whole numbers cross the bridge in 32 bits. */
      time: ['', () => this.unix_s(tick()) + 1e-7],
      timer_start: ['nnn', (key, period_us, once) => this.#startTimer(key, period_us, once === 1)],
      timer_stop: ['n', (key) => { clock.cancel(this.#timers.get(key)); this.#timers.delete(key); }],
      watchdog: ['n', (timeout_ms) => { this.#watchdog_us = timeout_ms * 1000; this.#feed(); }],
      feed: ['', () => this.#feed()],
      deepsleep: ['n', (ms) => this.#deepsleep(ms)],
      reset: ['', () => this.#run.end('reset', 'It called machine.reset().')],
      reset_cause: ['', () => this.resetCause],
      rtc_memory_size: ['', () => this.#rtcMemory.length],
      rtc_memory_read: ['nn', (address, count) => { this.#run.bytes(address, count).set(this.#rtcMemory.subarray(0, count)); }],
      rtc_memory_write: ['nn', (address, count) => { this.#rtcMemory = this.#run.bytes(address, Math.min(count, RTC_MEMORY_BYTES)).slice(); }],
      loop: ['', () => recorder.loop()],
    };
  }

  unix_s() { return this.#run.scenario.start_unix_s + this.#run.clock.now_us / 1e6; }

  // The hottest call: a line costs time, and what fell due meanwhile happens.
  #line(line) {
    const { clock, interrupts, covered } = this.#run;
    covered[line] = 1;
    const now_us = clock.now_us + LINE_US;
    if (clock.next_us <= now_us) clock.run(now_us); else clock.now_us = now_us;
    if ((++this.#lines & (LOOK_EACH - 1)) === 0) this.#run.checkWork();
    if (now_us >= this.#run.end_us) this.#run.checkEnd();
    return this.#run.overWhileBusy() || interrupts.due;
  }

  #step() {
    const { clock, interrupts } = this.#run;
    if (!interrupts.due) clock.run(Math.min(this.#waits.at(-1), this.#run.end_us), () => interrupts.due);
    const key = interrupts.take();
    if (key) return key;
    this.#run.checkEnd();
    this.#waits.pop();
    return 0;
  }

  #startTimer(key, period_us, once) {
    const { clock, interrupts } = this.#run;
    clock.cancel(this.#timers.get(key));
    const arm = (at_us) => this.#timers.set(key, clock.at(at_us, () => {
      if (!once) arm(at_us + period_us);
      interrupts.add(key);
    }));
    arm(clock.now_us + period_us);
  }

  #feed() {
    const { clock } = this.#run;
    clock.cancel(this.#watchdog);
    this.#watchdog = clock.at(clock.now_us + this.#watchdog_us, () => this.#run.bite(`It did not feed the watchdog for ${this.#watchdog_us / 1e6} s.`));
  }

  #deepsleep(ms) {
    const { clock, recorder, pins, interrupts } = this.#run;
    this.#run.collect(true);
    const us = ms > 0 ? ms * 1000 : Infinity, end_us = clock.now_us + us;
    for (const pin of pins.high()) recorder.warn(`Pin ${pin} was high when deep sleep began; pins float while the device sleeps.`);
    if (us < Infinity) recorder.deepsleeps_us.push(us);
    // Asleep, nothing of the program is there to be called.
    this.reset();
    pins.reset();
    clock.run(Math.min(end_us, this.#run.end_us));
    interrupts.forget();
    if (end_us >= this.#run.end_us) this.#run.end('deepsleep', us < Infinity ? `It was in deep sleep of ${seconds(us)} s.` : 'It went to deep sleep for ever.');
    this.resetCause = DEEPSLEEP_RESET;
    this.#run.reboot();
  }
}
