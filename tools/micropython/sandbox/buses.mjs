// Sensors with a protocol of their own: DHT, 1-Wire, I2C, serial lines.
import { ERRNO } from './errno.mjs';

const DHT_US = 22000;
const DHT_INTERVAL_US = { dht11: 1e6, dht22: 2e6 };
/** A DS18B20 takes this long for a 12-bit conversion; before the first it gives 85 °C. */
const CONVERSION_US = 750000, POWER_ON_C = 85;
const UART_KEPT = 4096;

export class Buses {
  #run;
  #measured_us = new Map();
  #conversions = new Map();

  constructor(run) { this.#run = run; }

  calls() {
    return {
      dht: ['ns', (pin, type) => this.#dht(pin, type)],
      one_wire_scan: ['n', (pin) => (this.#run.world.fault(`pin ${pin}`) === 'timeout' ? '' : [...(this.#run.world.oneWire.get(pin)?.keys() ?? [])].join(' '))],
      one_wire_convert: ['n', (pin) => this.#convert(pin)],
      one_wire_read: ['ns', (pin, rom) => this.#read(pin, rom)],
      i2c_scan: ['n', (bus) => [...this.#run.world.i2c.keys()].map((key) => key.split(' ')).filter(([b]) => bus < 0 || +b === bus).map(([, a]) => a).join(' ')],
      i2c_write: ['nnnn', (bus, address, pointer, count) => this.#i2cWrite(bus, address, pointer, count)],
      i2c_read: ['nnnn', (bus, address, pointer, count) => this.#i2cRead(bus, address, pointer, count)],
      uart_any: ['n', (uart) => this.#run.world.uarts.get(uart)?.length ?? 0],
      uart_read: ['nn', (uart, count) => {
        const waiting = this.#run.world.uarts.get(uart) ?? '', got = waiting.slice(0, count);
        this.#run.world.uarts.set(uart, waiting.slice(got.length));
        return got;
      }],
      uart_write: ['ns', (uart, text) => this.#run.recorder.request({ method: 'UART', url: `${uart}`, body: text.slice(0, UART_KEPT) })],
    };
  }

  /** 'temperature humidity', or an error number. */
  #dht(pin, type) {
    const { world, recorder, clock } = this.#run, sensor = world.sensors.get(`dht ${pin}`), fault = world.fault(`pin ${pin}`);
    this.#run.pass(DHT_US);
    if (!sensor || fault === 'timeout') return `${-ERRNO.ETIMEDOUT}`;
    if (sensor.sensor !== type) recorder.warn(`The sensor on pin ${pin} is a ${sensor.sensor}, and is read as a ${type}.`);
    if (clock.now_us - (this.#measured_us.get(pin) ?? -Infinity) < DHT_INTERVAL_US[type]) {
      recorder.warn(`The ${type} on pin ${pin} is read more often than each ${DHT_INTERVAL_US[type] / 1e6} s, which the real one does not stand.`);
    }
    this.#measured_us.set(pin, clock.now_us);
    return fault === 'nan' ? 'nan nan' : `${sensor.temperature_c} ${sensor.humidity_percent ?? 50}`;
  }

  #convert(pin) {
    if (this.#run.world.fault(`pin ${pin}`) === 'timeout' || !this.#run.world.oneWire.get(pin)?.size) return 1;
    this.#conversions.set(pin, { at_us: this.#run.clock.now_us, values: new Map(this.#run.world.oneWire.get(pin)), before: this.#conversions.get(pin) });
    // One conversion before this one is all that can be read.
    if (this.#conversions.get(pin).before) this.#conversions.get(pin).before.before = undefined;
    return 0;
  }

  /** The temperature with a fraction, or '' where nothing answers. */
  #read(pin, rom) {
    const { world, clock } = this.#run, fault = world.fault(`pin ${pin}`);
    if (fault === 'timeout' || !world.oneWire.get(pin)?.has(rom)) return '';
    if (fault === 'nan') return 'nan';
    let conversion = this.#conversions.get(pin);
    if (conversion && clock.now_us - conversion.at_us < CONVERSION_US) conversion = conversion.before;
    return `${conversion?.values.get(rom) ?? POWER_ON_C}`;
  }

  // SoftI2C and a bus below 0 reach whatever is wired to any bus.
  #chip(bus, address) {
    const { world } = this.#run;
    const key = [...world.i2c.keys()].find((k) => k.endsWith(` ${address}`) && (bus < 0 || k === `${bus} ${address}`));
    if (!key) return -ERRNO.ENODEV;
    return world.fault(`i2c ${key}`) ? -ERRNO.ETIMEDOUT : world.i2c.get(key);
  }

  #i2cWrite(bus, address, pointer, count) {
    const chip = this.#chip(bus, address);
    if (typeof chip === 'number') return chip;
    const bytes = this.#run.bytes(pointer, count);
    if (bytes.length > 0) chip.pointer = bytes[0];
    for (let i = 1; i < bytes.length; i++) chip.registers[(chip.pointer + i - 1) & 255] = bytes[i];
    return bytes.length;
  }

  #i2cRead(bus, address, pointer, count) {
    const chip = this.#chip(bus, address);
    if (typeof chip === 'number') return chip;
    const bytes = this.#run.bytes(pointer, count);
    for (let i = 0; i < bytes.length; i++) bytes[i] = chip.registers[(chip.pointer + i) & 255];
    return bytes.length;
  }
}
