// Pins, and what hangs on them directly: levels and interrupts, analogue inputs, PWM, pulses timed.
import { ERRNO } from './errno.mjs';

export const MODE = { in: 1, out: 3, openDrain: 7 };
const PULL_UP = 2;
const RISING = 1, FALLING = 2;
/** What an analogue input measures at most, in volts, by attenuation. */
const FULL_SCALE_V = [1.1, 1.5, 2.2, 3.3];
const PWM_TOP = 65535;
const COLOURS_SHOWN_BYTES = 96;
/** Sound there and back, in µs a centimetre, at 20 °C. */
const ECHO_US_PER_CM = 58.3;
/** How long an HC-SR04 waits before it answers, in µs. */
const ECHO_DELAY_US = 450;

export class Pins {
  #run;
  #pins = new Map();

  constructor(run) { this.#run = run; }

  #pin(number) {
    let pin = this.#pins.get(number);
    if (!pin) this.#pins.set(number, pin = { mode: 0, pull: 0, out: 0, driven: undefined, irq: 0, trigger: 0, fell_us: -1 });
    return pin;
  }

  /** After a reset nothing is configured; what is wired to the pins stays. */
  reset() { for (const pin of this.#pins.values()) Object.assign(pin, { mode: 0, pull: 0, out: 0, irq: 0, trigger: 0 }); }

  /** The pins that give a high level. */
  high() { return [...this.#pins].filter(([, pin]) => pin.mode === MODE.out && pin.out === 1).map(([number]) => number); }

  /** What is wired to a pin gives it a level: a button, a contact, a sensor. */
  drive(number, level) {
    const pin = this.#pin(number), was = this.#level(pin);
    pin.driven = level;
    this.#run.recorder.pin(number, 'in', level);
    if (pin.irq && level !== was && pin.trigger & (level ? RISING : FALLING)) this.#run.interrupts.add(pin.irq);
  }

  level(number) { return this.#level(this.#pin(number)); }

  #level(pin) {
    if (pin.mode === MODE.out) return pin.out;
    if (pin.mode === MODE.openDrain && pin.out === 0) return 0;
    return pin.driven ?? (pin.pull === PULL_UP || pin.mode === MODE.openDrain ? 1 : 0);
  }

  calls() {
    // The board comes with the job, after the interpreter was booted.
    const run = this.#run;
    const { recorder, world, clock } = run;
    const set = (number, value) => {
      const pin = this.#pin(number);
      if (pin.mode === MODE.out && pin.out === 1 && !value) pin.fell_us = clock.now_us;
      pin.out = value ? 1 : 0;
      if (pin.mode === MODE.out || pin.mode === MODE.openDrain) recorder.pin(number, 'out', pin.out);
    };
    return {
      /** 0: fine, 1: no such pin, 2: it can only be input. */
      pin_check: ['nn', (number, mode) => (!run.board.pins.has(number) ? 1 : mode === MODE.out && run.board.inputOnly.has(number) ? 2 : 0)],
      pin_mode: ['nnn', (number, mode, pull) => {
        const pin = this.#pin(number);
        if (mode >= 0) pin.mode = mode;
        if (pull >= 0) pin.pull = pull;
        if (pull === PULL_UP && run.board.inputOnly.has(number)) recorder.warn(`Pin ${number} has no pull-up; wire one, or use another pin.`);
        if (mode === MODE.out) recorder.pin(number, 'out', pin.out);
      }],
      pin_set: ['nn', set],
      pin_get: ['n', (number) => this.level(number)],
      pin_irq: ['nnn', (number, key, trigger) => Object.assign(this.#pin(number), { irq: key, trigger })],
      pin_used: ['nsn', (number, kind, value) => recorder.pin(number, kind, value)],
      pwm_set: ['nnn', (number, frequency_hz, duty_u16) => recorder.pin(number, 'pwm', Math.round(duty_u16 / PWM_TOP * 10000) / 100, frequency_hz)],
      pulse_time: ['nnn', (number, level, timeout_us) => this.#echo(number, level, timeout_us)],
      adc_check: ['n', (number) => (run.board.adc.has(number) ? 0 : 1)],
      /** Of the full scale, from 0 to 1, or an error number below 0. */
      adc_read: ['nn', (number, attenuation) => {
        if (world.fault(`pin ${number}`)) return -ERRNO.ETIMEDOUT;
        if (run.board.adcTakenByWifi.has(number)) recorder.warn(`Pin ${number} belongs to ADC2, which a device with Wi-Fi on often cannot read; use one of ADC1.`);
        return Math.min(1, Math.max(0, (world.volts.get(number) ?? 0) / FULL_SCALE_V[attenuation]));
      }],
      adc_full_scale: ['n', (attenuation) => FULL_SCALE_V[attenuation]],
      neopixel: ['nnnn', (number, address, count, perPixel) => {
        const bytes = this.#run.bytes(address, count), pixels = perPixel > 0 ? Math.ceil(count / perPixel) : 0;
        let lit = 0;
        for (let i = 0; i < pixels; i++) if (bytes.subarray(i * perPixel, (i + 1) * perPixel).some((b) => b > 0)) lit++;
        recorder.pin(number, 'neopixel', lit, Buffer.from(bytes.subarray(0, COLOURS_SHOWN_BYTES)).toString('hex'));
      }],
    };
  }

  /** machine.time_pulse_us: an ultrasonic sensor answers once its trigger has fallen; -2 or -1 when it takes too long. */
  #echo(number, level, timeout_us) {
    const { world, clock } = this.#run, sensor = world.sensors.get(`echo ${number}`);
    const fell_us = sensor ? this.#pin(sensor.trigger_pin).fell_us : -1;
    const triggered = fell_us >= 0 && clock.now_us - fell_us < 1e6;
    if (!sensor || !level || !triggered || world.fault(`pin ${number}`) || sensor.distance_cm === null) return this.#wait(timeout_us, -2);
    this.#pin(sensor.trigger_pin).fell_us = -1;
    const echo_us = Math.round(sensor.distance_cm * ECHO_US_PER_CM);
    return echo_us > timeout_us ? this.#wait(timeout_us, -1) : this.#wait(ECHO_DELAY_US + echo_us, echo_us);
  }

  #wait(us, answer) {
    this.#run.pass(us);
    return answer;
  }
}
