// What waits to be called in the program: pin interrupts, timers, commands. As on the device, one is served at a time, and
// none while another is.

/** MicroPython's own limit on an ESP32 (MICROPY_SCHEDULER_DEPTH): what does not fit is lost. */
const DEPTH = 8;

export class Interrupts {
  #waiting = [];
  #serving = false;
  lost = 0;

  add(key) {
    if (this.#waiting.length >= DEPTH) this.lost++;
    else this.#waiting.push(key);
  }

  /** Whether one could be served now. */
  get due() { return !this.#serving && this.#waiting.length > 0; }

  /** The key of the next one to call, after which `done` is due; 0 for none. */
  take() {
    if (!this.due) return 0;
    this.#serving = true;
    return this.#waiting.shift();
  }

  done() { this.#serving = false; }

  /** The program is gone, and its handlers with it. */
  forget() {
    this.#waiting.length = 0;
    this.#serving = false;
  }
}
