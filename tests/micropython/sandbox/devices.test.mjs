// The devices a program finds: each answers as the real one does, seen through the code that is usually written for it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { dry, published } from './dry.mjs';

const said = (report) => report.output.map((o) => o.text);

// The compensation of Bosch's data sheet in integers, as drivers have it: apart from the floating point the chip is made with.
const BME = `
import struct, time
from machine import I2C, Pin
i2c = I2C(0, scl=Pin(22), sda=Pin(21))
A = 0x76
def s(v, bits): return v - (1 << bits) if v & (1 << bits - 1) else v
c = i2c.readfrom_mem(A, 0x88, 26)
T1, T2, T3, P1, P2, P3, P4, P5, P6, P7, P8, P9 = struct.unpack('<HhhHhhhhhhhh', c[:24])
H1 = c[25]
h = i2c.readfrom_mem(A, 0xE1, 7)
H2, H3 = struct.unpack('<hB', h[:3])
H4 = s((h[3] << 4) | (h[4] & 15), 12); H5 = s((h[5] << 4) | (h[4] >> 4), 12); H6 = s(h[6], 8)
def read():
    i2c.writeto_mem(A, 0xF2, b'\\x01'); i2c.writeto_mem(A, 0xF4, b'\\x25')
    time.sleep_ms(10)
    d = i2c.readfrom_mem(A, 0xF7, 8)
    rp = d[0] << 12 | d[1] << 4 | d[2] >> 4; rt = d[3] << 12 | d[4] << 4 | d[5] >> 4; rh = d[6] << 8 | d[7]
    v1 = ((rt >> 3) - (T1 << 1)) * T2 >> 11
    v2 = (((rt >> 4) - T1) * ((rt >> 4) - T1) >> 12) * T3 >> 14
    f = v1 + v2
    t = (f * 5 + 128) >> 8
    v1 = f - 128000
    v2 = v1 * v1 * P6 + (v1 * P5 << 17) + (P4 << 35)
    v1 = (v1 * v1 * P3 >> 8) + (v1 * P2 << 12)
    v1 = ((1 << 47) + v1) * P1 >> 33
    p = 1048576 - rp
    p = ((p << 31) - v2) * 3125 // v1
    v1 = P9 * (p >> 13) * (p >> 13) >> 25; v2 = P8 * p >> 19
    p = (p + v1 + v2 >> 8) + (P7 << 4)
    x = f - 76800
    x = (((rh << 14) - (H4 << 20) - H5 * x + 16384) >> 15) * (((((x * H6 >> 10) * ((x * H3 >> 11) + 32768)) >> 10) + 2097152) * H2 + 8192 >> 14)
    x -= ((x >> 15) * (x >> 15) >> 7) * H1 >> 4
    return t / 100, (max(0, min(x, 419430400)) >> 12) / 1024, p / 25600
def main():
    print(hex(i2c.readfrom_mem(A, 0xD0, 1)[0]), i2c.scan())
    for i in range(3):
        print('%.1f %.0f %.1f' % read())
        time.sleep(10)
`;

test('BME280: what a driver reads from the registers and compensates is what was scripted', async () => {
  const reading = (at_s, temperature_c, humidity_percent, pressure_hpa) => ({ at_s, i2c: 0, address: 0x76, sensor: 'bme280', temperature_c, humidity_percent, pressure_hpa });
  const report = await dry(BME, { inputs: [reading(0, 21, 40, 1013.2), reading(5, -12.5, 90, 951), reading(15, 63.2, 5, 1050)] });
  assert.deepEqual(said(report), ['0x60 [118]', '21.0 40 1013.2', '-12.5 90 951.0', '63.2 5 1050.0']);
});

test('I2C: an address where nothing answers is ENODEV, a fault ETIMEDOUT; registers can be given as they are', async () => {
  const report = await dry(`
from machine import SoftI2C, I2C, Pin
i2c = SoftI2C(scl=Pin(22), sda=Pin(21))
def attempt(f):
    try: print(f())
    except OSError as e: print('errno', e.errno)
def main():
    attempt(lambda: i2c.readfrom_mem(0x20, 3, 2))
    attempt(lambda: i2c.readfrom(0x21, 1))
    attempt(lambda: i2c.writeto(0x77, b'1'))
    i2c.writeto_mem(0x20, 4, b'\\x07'); attempt(lambda: i2c.readfrom_mem(0x20, 4, 1))
    attempt(lambda: I2C(1).readfrom(0x20, 1))
    try: I2C(7)
    except ValueError as e: print(e)
`, { inputs: [{ i2c: 0, address: 0x20, registers: { 3: 17, 4: 18 } }, { i2c: 0, address: 0x21, registers: {} }, { i2c: 0, address: 0x21, fault: 'timeout' }] });
  assert.deepEqual(said(report), ["b'\\x11\\x12'", 'errno 116', 'errno 19', "b'\\x07'", 'errno 19', "I2C(7) doesn't exist"]);
});

test('DS18B20: 85 °C before its first conversion, the old value before the next is through', async () => {
  const report = await dry(`
import onewire, ds18x20, time
from machine import Pin
ds = ds18x20.DS18X20(onewire.OneWire(Pin(5)))
def main():
    roms = ds.scan()
    print(len(roms), ds.read_temp(roms[0]))
    for i in range(3):
        ds.convert_temp(); print(ds.read_temp(roms[0]))
        time.sleep_ms(750); print(ds.read_temp(roms[0]))
        time.sleep(10)
`, { inputs: [{ pin: 5, sensor: 'ds18b20', temperature_c: 19 }, { at_s: 8, pin: 5, sensor: 'ds18b20', temperature_c: 20.5 }, { at_s: 20, pin: 5, fault: 'timeout' }] });
  assert.deepEqual(said(report), ['1 85.0', '85.0', '19.0', '19.0', '20.5']);
  assert.equal(report.exceptions[0].type, 'OneWireError');
});

test('analogue inputs: volts by attenuation, in each unit; ADC2 warns beside Wi-Fi', async () => {
  const report = await dry(`
from machine import ADC, Pin
def main():
    a = ADC(Pin(34)); a.atten(ADC.ATTN_11DB)
    print(a.read(), a.read_u16(), a.read_uv())
    b = ADC(Pin(35), atten=ADC.ATTN_0DB)
    print(b.read(), b.read_uv())
    ADC(Pin(4)).read()
    try: ADC(Pin(5))
    except ValueError as e: print(e)
`, { inputs: [{ pin: 34, voltage_v: 1.65 }, { pin: 35, voltage_v: 3 }] });
  assert.deepEqual(said(report), ['2048 32768 1650000', '4095 1100000', 'invalid pin']);
  assert.match(report.warnings.join(), /Pin 4 belongs to ADC2/);
});

test('HC-SR04: an echo only after a trigger, as long as the way; too far is a timeout', async () => {
  const report = await dry(`
import time
from machine import Pin, time_pulse_us
trigger, echo = Pin(5, Pin.OUT), Pin(18, Pin.IN)
def cm():
    trigger.off(); time.sleep_us(5); trigger.on(); time.sleep_us(10); trigger.off()
    return time_pulse_us(echo, 1, 30000)
def main():
    print(time_pulse_us(echo, 1, 30000))
    print(cm() / 58.3)
    time.sleep(10)
    print(cm())
`, { inputs: [{ pin: 18, trigger_pin: 5, sensor: 'hcsr04', distance_cm: 80 }, { at_s: 5, pin: 18, trigger_pin: 5, sensor: 'hcsr04', distance_cm: 600 }] });
  assert.deepEqual(said(report), ['-2', '80.0', '-1']);
});

test('a client of its own at a broker: publishes, is delivered to, and meets the broker gone', async () => {
  const report = await dry(`
import time
from umqtt.simple import MQTTClient
def main():
    c = MQTTClient('porch', 'broker.lan')
    c.set_callback(lambda topic, message: print(topic, message))
    c.connect(); c.subscribe(b'porch/+')
    for i in range(6):
        try:
            c.check_msg(); c.publish('porch/temperature', '21.5')
        except OSError as e:
            print('errno', e.errno)
        time.sleep(10)
`, { inputs: [{ at_s: 5, mqtt: { topic: 'porch/set', payload: 'on' } }, { at_s: 6, mqtt: { topic: 'other/set', payload: 'no' } }, { at_s: 35, fault: 'broker_down', for_s: 10 }],
    expect: [{ publishes: 'temperature', value: 21.5, within_s: 5 }] });
  assert.deepEqual(said(report), ["b'porch/set' b'on'", 'errno 104']);
  assert.ok(report.ok, report.verdict);
  assert.equal(published(report, 'mqtt').length, 5);
});

test('requests get what was scripted, and nothing else answers', async () => {
  const report = await dry(`
import requests, urequests
def main():
    r = requests.get('http://weather.lan/now')
    print(r.status_code, r.json()['t'])
    try: urequests.post('http://other.lan/', json={'a': 1})
    except OSError as e: print('errno', e.errno)
`, { inputs: [{ url: 'http://weather.lan/now', body: '{"t": 9}' }] });
  assert.deepEqual(said(report), ['200 9', 'errno 104']);
  assert.deepEqual(report.requests.map(({ method, url, status }) => [method, url, status]), [['GET', 'http://weather.lan/now', 200], ['POST', 'http://other.lan/', 0]]);
});

test('pins: what the board lacks, what can only be input, pulls, open drain, Signal', async () => {
  const report = await dry(`
from machine import Pin, Signal, TouchPad, DAC, SPI, UART
import os
def attempt(f):
    try: print(f())
    except ValueError as e: print(e)
def main():
    attempt(lambda: Pin(24)); attempt(lambda: Pin(34, Pin.OUT)); attempt(lambda: Pin('A1'))
    print(Pin(14, Pin.IN, Pin.PULL_UP).value(), Pin(27, Pin.IN, Pin.PULL_DOWN)(), Pin(33, Pin.IN).value())
    s = Signal(Pin(26, Pin.OUT), invert=True)
    s.on(); print(Pin(26).value(), s.value())
    DAC(Pin(25)).write(128); print(TouchPad(Pin(4)).read(), SPI(1).read(2))
    u = UART(1, 9600); print(u.any(), u.readline(), u.read())
`, { inputs: [{ pin: 33, level: 1 }, { uart: 1, receive: 'GPS,1\nrest' }] });
  assert.deepEqual(said(report), ['invalid pin', 'pin can only be input', 'invalid pin', '1 0 1', '0 1', "600 b'\\x00\\x00'", "10 b'GPS,1\\n' b'rest'"]);
});

test('the clock: time of day as scripted, ticks from the boot, sleeps exact', async () => {
  const report = await dry(`
import time, machine
def main():
    print(time.localtime()[:5], machine.RTC().datetime()[:3])
    a = time.ticks_us(); time.sleep_ms(1500); b = time.ticks_us()
    print(1500000 <= time.ticks_diff(b, a) <= 1500200)
    time.sleep(3 * 3600); print(time.localtime()[3:5])
`, { duration_s: 20000, start_unix_s: 1767225600 + 22 * 3600 });
  assert.deepEqual(said(report), ['(2026, 1, 1, 22, 0) (2026, 1, 1)', 'True', '(1, 0)']);
});
