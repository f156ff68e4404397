// The world around the device, by the scenario: what sensors feel, what people press, what fails when. A value holds until
// the next one for the same thing.
import { bmeRegisters, setReading } from './bme280.mjs';

const US = 1e6;

export class World {
  #run;
  #down_us = { wifi_down: -1, broker_down: -1 };
  #faults = new Map();
  /** 'dht PIN' and 'echo PIN' → what was scripted last */
  sensors = new Map();
  /** 'PIN' → rom → reading */
  oneWire = new Map();
  /** 'BUS ADDRESS' → { registers, pointer } */
  i2c = new Map();
  volts = new Map();
  /** URL → { status, body } */
  answers = new Map();
  /** number of the UART → bytes waiting */
  uarts = new Map();

  constructor(run) { this.#run = run; }

  /** Puts every input in its place in time; those of time 0 are there before the program begins. */
  schedule(inputs) {
    for (const input of inputs) this.#run.clock.at((input.at_s ?? 0) * US, () => this.#apply(input));
  }

  get wifi() { return this.#run.clock.now_us >= this.#down_us.wifi_down; }
  get broker() { return this.wifi && this.#run.clock.now_us >= this.#down_us.broker_down; }

  fault(key) { return this.#faults.get(key); }

  #apply(input) {
    if (input.fault === 'wifi_down' || input.fault === 'broker_down') this.#down_us[input.fault] = this.#run.clock.now_us + (input.for_s ?? Infinity) * US;
    else if (input.fault) this.#fault(input.i2c === undefined ? `pin ${input.pin}` : `i2c ${input.i2c} ${input.address}`, input.fault);
    else if (input.command) this.#run.net.command(input.command);
    else if (input.mqtt) this.#run.net.deliver(input.mqtt.topic, input.mqtt.payload);
    else if (input.url) this.answers.set(input.url, { status: input.status ?? 200, body: input.body ?? '' });
    else if (input.uart !== undefined) this.uarts.set(input.uart, (this.uarts.get(input.uart) ?? '') + input.receive);
    else if (input.i2c !== undefined) this.#chip(input);
    else if (input.sensor) this.#sensor(input);
    else if (input.voltage_v !== undefined) this.volts.set(input.pin, input.voltage_v);
    else if (input.pulses !== undefined) this.#pulses(input);
    else this.#run.pins.drive(input.pin, input.level);
  }

  #fault(key, kind) { if (kind === 'none') this.#faults.delete(key); else this.#faults.set(key, kind); }

  #sensor(input) {
    if (input.sensor === 'ds18b20') {
      const bus = this.oneWire.get(input.pin) ?? new Map();
      this.oneWire.set(input.pin, bus.set(input.rom ?? '28ff000000000001', input.temperature_c));
      return;
    }
    const key = `${input.sensor === 'hcsr04' ? 'echo' : 'dht'} ${input.pin}`;
    this.sensors.set(key, { ...this.sensors.get(key), ...input });
  }

  #chip(input) {
    const key = `${input.i2c} ${input.address}`;
    const chip = this.i2c.get(key) ?? { registers: input.sensor ? bmeRegisters(input.sensor) : new Uint8Array(256), pointer: 0, reading: {} };
    Object.assign(chip.reading, input);
    if (input.sensor) setReading(chip.registers, input.sensor, chip.reading);
    for (const [register, value] of Object.entries(input.registers ?? {})) chip.registers[+register] = value;
    this.i2c.set(key, chip);
  }

  // A pulse is half a period away from where the pin rests; thousands of them are planned one by one.
  #pulses({ pin, pulses, period_s }) {
    const { clock, pins } = this.#run, rest = pins.level(pin), half_us = period_s * US / 2, start_us = clock.now_us;
    const edge = (n) => {
      pins.drive(pin, n % 2 === 0 ? 1 - rest : rest);
      if (n + 1 < 2 * pulses) clock.at(start_us + (n + 1) * half_us, () => edge(n + 1));
    };
    edge(0);
  }
}
