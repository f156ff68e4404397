// What the host saw the program do. Judged and reported from here alone: nothing the program says of itself counts.

/** How much is kept of each kind for judging, and how much of that goes into the report. */
const KEPT = 400000, SHOWN = 200, LINES_SHOWN = 200, TEXT = 200, WARNINGS = 50;

export const seconds = (us) => Math.round(us / 1000) / 1000;

export class Recorder {
  #clock;
  /** `${pin} ${kind}` → { pin, kind, at_us: [], values: [], dropped }; kind is out, in, pwm, dac or neopixel. */
  series = new Map();
  /** { at_us, kind, values | topic and payload, sent } */
  publishes = [];
  publishesDropped = 0;
  exceptions = [];
  warnings = new Set();
  output = [];
  outputDropped = 0;
  loops_us = [];
  deepsleeps_us = [];
  requests = [];
  sleeps = { count: 0, total_us: 0, longest_us: 0, last_us: 0, gap_us: 0 };

  constructor(clock) { this.#clock = clock; }

  /** A pin has a value from now on; the same value again is no transition. `parts` is what else describes it. */
  pin(pin, kind, value, ...parts) {
    const key = `${pin} ${kind}`;
    let s = this.series.get(key);
    if (!s) this.series.set(key, s = { pin, kind, at_us: [], values: [], parts: [], dropped: 0 });
    const last = s.values.length - 1;
    if (last >= 0 && s.values[last] === value && parts.every((p, i) => p === s.parts[last][i])) return;
    if (s.values.length >= KEPT) { s.dropped++; return; }
    s.at_us.push(this.#clock.now_us);
    s.values.push(value);
    s.parts.push(parts);
  }

  publish(kind, what, sent = true) {
    if (this.publishes.length >= KEPT) { this.publishesDropped++; return; }
    this.publishes.push({ at_us: this.#clock.now_us, kind, ...what, sent });
  }

  /** A sleep begins; with `corrected` the last one is shorter by so much, which is below 0. */
  sleep(us, corrected = false) {
    const { sleeps } = this, now_us = this.#clock.now_us;
    sleeps.total_us += us;
    if (corrected) { sleeps.last_us = now_us; return; }
    sleeps.count++;
    sleeps.longest_us = Math.max(sleeps.longest_us, us);
    sleeps.gap_us = Math.max(sleeps.gap_us, now_us - sleeps.last_us);
    sleeps.last_us = now_us + us;
  }

  loop() { if (this.loops_us.length < KEPT) this.loops_us.push(this.#clock.now_us); }

  warn(sentence) { if (this.warnings.size < WARNINGS) this.warnings.add(sentence); }

  exception(type, message, line, where) {
    if (this.exceptions.length < SHOWN) this.exceptions.push({ at_s: seconds(this.#clock.now_us), type, message: cut(message), line, caught: false, where });
  }

  print(text) {
    if (this.output.length >= LINES_SHOWN) this.outputDropped++;
    else this.output.push({ at_s: seconds(this.#clock.now_us), text: cut(text) });
  }

  request(entry) { if (this.requests.length < SHOWN) this.requests.push({ at_s: seconds(this.#clock.now_us), ...entry }); }

  /** The members of the report that are records. */
  report() {
    const periods = gaps(this.loops_us).sort((a, b) => a - b);
    const { count, total_us, longest_us } = this.sleeps;
    return {
      pins: [...this.series.values()].map(({ pin, kind, at_us, values, parts, dropped }) => ({ pin, kind,
        transitions: at_us.slice(0, SHOWN).map((at, i) => [seconds(at), values[i], ...parts[i]]),
        dropped: dropped + Math.max(0, values.length - SHOWN) })),
      publishes: this.publishes.slice(0, SHOWN).map(({ at_us, ...rest }) => ({ at_s: seconds(at_us), ...rest })),
      publishes_dropped: this.publishesDropped + Math.max(0, this.publishes.length - SHOWN),
      requests: this.requests,
      sleeps: { count, total_s: seconds(total_us), longest_s: seconds(longest_us) },
      deepsleeps_s: this.deepsleeps_us.slice(0, SHOWN).map(seconds),
      loop: { count: this.loops_us.length, period_s_median: seconds(periods[periods.length >> 1] ?? 0), period_s_max: seconds(periods.at(-1) ?? 0) },
      exceptions: this.exceptions,
      output: this.output,
      output_dropped: this.outputDropped,
      warnings: [...this.warnings],
    };
  }
}

export const gaps = (times) => times.slice(1).map((time, i) => time - times[i]);
const cut = (text) => (text.length > TEXT ? `${text.slice(0, TEXT)}…` : text);
