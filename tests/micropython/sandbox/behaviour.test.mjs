// What devices' programs do, seen by the dry run as it would be seen on a bench.
import assert from 'node:assert/strict';
import test from 'node:test';
import { dry, outcome, published, transitions } from './dry.mjs';

const PORCH = `
import time, edgemesh, dht
from machine import Pin
sensor = dht.DHT22(Pin(4))
relay = Pin(26, Pin.OUT, value=0)
def loop():
    try:
        sensor.measure()
        edgemesh.publish(temperature=sensor.temperature(), humidity=sensor.humidity())
        relay.value(sensor.temperature() > 28)
    except OSError as e:
        edgemesh.log('sensor: %r' % e)
    time.sleep(30)
`;
const PORCH_WORLD = { duration_s: 1200, inputs: [{ pin: 4, sensor: 'dht22', temperature_c: 21.5, humidity_percent: 40 }, { at_s: 600, pin: 4, sensor: 'dht22', temperature_c: 28.1 }] };

test('a thermostat publishes in its rhythm and switches its relay above the threshold', async () => {
  const report = await dry(PORCH, { ...PORCH_WORLD, expect: [{ publishes: 'temperature', every_s: 30, tolerance_s: 1 }, { publishes: 'humidity', value: 40 },
    { pin: 26, level: 1, from_s: 600, within_s: 31, hold_s: 300 }, { pin: 26, level: 0, to_s: 600, always: true }, { exceptions: 0 }, { loop_period_s_max: 31 }] });
  assert.ok(report.ok, outcome(report));
  assert.equal(report.coverage.lines_run, report.coverage.lines_total - 1);
  assert.deepEqual(report.coverage.missed, [12]);
});

test('what is not done is not met, and the sentence says what was done instead', async () => {
  const report = await dry(PORCH, { ...PORCH_WORLD, expect: [{ publishes: 'temperature', every_s: 10 }, { publishes: 'pressure', at_least: 1 }, { pin: 26, level: 1, from_s: 0, within_s: 60 },
    { pin: 26, level: 0, always: true }, { pin: 27, level: 1 }, { publishes: 'temperature', value: 25, tolerance: 1 }, { loop_period_s_max: 5 }, { heap_peak_bytes_max: 1 }, { deepsleep_s: 5 }] });
  assert.equal(report.ok, false);
  assert.deepEqual(report.expectations.map((e) => e.met), Array(9).fill(false), outcome(report));
  assert.match(report.expectations[0].sentence, /after 30\.02\d s, where every 10 s/);
  assert.match(report.expectations[2].sentence, /it came at 600\.\d+ s/);
  assert.match(report.verdict, /did not meet 9 of 9/);
});

test('a sensor that times out raises ETIMEDOUT, one that is gone too, and nan is nan', async () => {
  const report = await dry(PORCH, { duration_s: 150, inputs: [{ pin: 4, sensor: 'dht22', temperature_c: 20, humidity_percent: 1 }, { at_s: 40, pin: 4, fault: 'timeout' },
    { at_s: 80, pin: 4, fault: 'none' }, { at_s: 110, pin: 4, fault: 'nan' }] });
  assert.deepEqual(report.publishes.map((p) => p.values?.temperature ?? p.payload ?? 'nan'), [20, 20, 'sensor: OSError(116,)', 20, 'nan']);
  assert.match(report.warnings.join(), /Not-a-number/);
  assert.match((await dry(PORCH)).publishes[0].payload, /116/);
});

test('Wi-Fi and broker gone: what is published is not sent, and the station says so', async () => {
  const report = await dry(`
import time, edgemesh, network
wlan = network.WLAN(network.STA_IF)
def loop():
    print(edgemesh.publish(a=1), wlan.isconnected())
    time.sleep(10)
`, { inputs: [{ at_s: 15, fault: 'wifi_down', for_s: 10 }, { at_s: 35, fault: 'broker_down', for_s: 10 }] });
  assert.deepEqual(report.output.map((o) => o.text), ['True True', 'True True', 'False False', 'True True', 'False True', 'True True']);
  assert.deepEqual(published(report).map((p) => p.sent), [true, true, false, true, false, true]);
});

test('a debounced button counts each press once, though its contact bounces', async () => {
  const press = (at_s) => [0, 0.002, 0.004].flatMap((dt) => [{ at_s: at_s + dt, pin: 14, level: 0 }, { at_s: at_s + dt + 0.001, pin: 14, level: 1 }]).concat({ at_s: at_s + 0.006, pin: 14, level: 0 }, { at_s: at_s + 0.2, pin: 14, level: 1 });
  const report = await dry(`
import time, edgemesh
from machine import Pin
count = 0
last = -1000
def pressed(pin):
    global count, last
    now = time.ticks_ms()
    if time.ticks_diff(now, last) > 50:
        count += 1
        last = now
button = Pin(14, Pin.IN, Pin.PULL_UP)
button.irq(pressed, Pin.IRQ_FALLING)
def loop():
    edgemesh.publish(count=count)
    time.sleep(5)
`, { duration_s: 30, inputs: [...press(3), ...press(8), ...press(13)] });
  assert.deepEqual(published(report).map((p) => p.values.count), [0, 1, 2, 3, 3, 3]);
});

test('an interrupt is served while the program is busy, too', async () => {
  const report = await dry(`
from machine import Pin
import edgemesh
done = False
def stop(pin):
    global done
    done = True
Pin(14, Pin.IN, Pin.PULL_UP).irq(stop, Pin.IRQ_FALLING)
def main():
    while not done: pass
    edgemesh.publish(done=1)
`, { inputs: [{ at_s: 2, pin: 14, level: 0 }] });
  assert.ok(Math.abs(published(report)[0].at_s - 2) < 0.01);
  assert.equal(report.ended, 'returned');
});

test('pulses of a meter are counted, all of them', async () => {
  const report = await dry(`
import time, edgemesh
from machine import Pin
n = 0
def pulse(p):
    global n
    n += 1
Pin(27, Pin.IN, Pin.PULL_UP).irq(handler=pulse, trigger=Pin.IRQ_RISING)
def loop():
    time.sleep(20)
    edgemesh.publish(pulses=n)
`, { inputs: [{ at_s: 1, pin: 27, pulses: 30, period_s: 0.5 }] });
  assert.deepEqual(published(report).map((p) => p.values.pulses), [30, 30]);
});

test('PWM: duty by every one of its ways, and a servo by the length of its pulses', async () => {
  const report = await dry(`
import time
from machine import Pin, PWM
led = PWM(Pin(2), freq=1000, duty_u16=0)
servo = PWM(Pin(13), freq=50)
def main():
    led.duty(512); time.sleep(2)
    led.duty_u16(49151); time.sleep(2)
    servo.duty_ns(1500000); time.sleep(2)
    servo.duty(102); time.sleep(2)
    led.duty(1023); time.sleep(2)
`, { expect: [{ pin: 2, duty_percent: 50, tolerance: 1, within_s: 1 }, { pin: 2, duty_percent: 75, from_s: 2, within_s: 1 }, { pin: 13, pulse_us: 1500, from_s: 4, within_s: 1, hold_s: 1.9 },
    { pin: 13, pulse_us: 2000, tolerance_us: 30, from_s: 6, within_s: 1 }, { pin: 2, duty_percent: 100, from_s: 8, within_s: 1 }] });
  assert.ok(report.ok, outcome(report));
});

test('pixels: lit, dark, and which colours', async () => {
  const report = await dry(`
import time
from machine import Pin
from neopixel import NeoPixel
strip = NeoPixel(Pin(5), 3)
def main():
    strip[0] = (255, 0, 0); strip.write(); time.sleep(5)
    strip.fill((0, 0, 0)); strip.write()
`, { expect: [{ neopixel: 5, lit: true, within_s: 1, hold_s: 4 }, { neopixel: 5, lit: false, from_s: 5, within_s: 1 }] });
  assert.ok(report.ok, outcome(report));
  assert.deepEqual(transitions(report, 5, 'neopixel')[0].slice(1), [1, '00ff00000000000000']);
});

test('a timer fires while the program sleeps, and an exception in it does not end the program', async () => {
  const report = await dry(`
import time
from machine import Pin, Timer
led = Pin(2, Pin.OUT)
def blink(t): led.toggle()
Timer(0).init(period=1000, mode=Timer.PERIODIC, callback=blink)
Timer(1, mode=Timer.ONE_SHOT, period=2500, callback=lambda t: 1 / 0)
def main():
    while True: time.sleep(60)
`, { duration_s: 10.5 });
  assert.deepEqual(transitions(report, 2, 'out').slice(1).map(([at]) => Math.round(at)), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(report.ended, 'duration');
  assert.deepEqual(report.exceptions.map(({ type, line, where }) => [type, line, where]), [['ZeroDivisionError', 7, 'callback']]);
  assert.equal(report.ok, false);
});

test('an async main runs its tasks side by side, and commands reach it', async () => {
  const report = await dry(`
import asyncio, edgemesh
from machine import Pin
relay = Pin(26, Pin.OUT, value=0)
flag = asyncio.ThreadSafeFlag()
def set_relay(data):
    relay.value(data['on'])
    return {'now': relay.value()}
edgemesh.on_command('relay', set_relay)
Pin(14, Pin.IN, Pin.PULL_UP).irq(lambda p: flag.set(), Pin.IRQ_FALLING)
async def buttons():
    while True:
        await flag.wait()
        edgemesh.publish(pressed=True)
async def main():
    asyncio.create_task(buttons())
    while True:
        edgemesh.publish(beat=1)
        await asyncio.sleep(20)
`, { inputs: [{ at_s: 5, pin: 14, level: 0 }, { at_s: 30, command: { name: 'relay', data: { on: true } } }, { at_s: 35, command: { name: 'other' } }],
    expect: [{ publishes: 'beat', every_s: 20 }, { publishes: 'pressed', value: true, from_s: 5, within_s: 0.1 }, { pin: 26, level: 1, from_s: 30, within_s: 0.1 }] });
  assert.ok(report.ok, outcome(report));
  assert.match(published(report, 'response')[0].payload, /"now": 1/);
  assert.match(report.warnings.join(), /"other" came/);
});

test('deep sleep: the device boots again, its RTC memory and clock kept, until the time is over', async () => {
  const report = await dry(`
import machine, edgemesh, time
def main():
    n = int(machine.RTC().memory() or b'0') + 1
    machine.RTC().memory(str(n))
    edgemesh.publish(n=n, woken=machine.reset_cause() == machine.DEEPSLEEP_RESET, clock=time.time(), up=time.ticks_ms())
    machine.deepsleep(600_000)
`, { duration_s: 2000, expect: [{ deepsleep_s: 600 }, { publishes: 'n', every_s: 600, tolerance_s: 5 }] });
  assert.ok(report.ok, outcome(report));
  assert.deepEqual([report.ended, report.boots], ['deepsleep', 4]);
  const [first, ...later] = published(report).map((p) => p.values);
  assert.deepEqual([first.n, first.woken, later.map((v) => v.n), later.every((v) => v.woken)], [1, false, [2, 3, 4], true]);
  assert.ok(later.every((v, i) => Math.abs(v.clock - first.clock - 600 * (i + 1)) < 3 && v.up < 10));
});

test('the watchdog ends a program that does not feed it, and not one that does', async () => {
  const program = (sleep_s) => `
import time
from machine import WDT
wdt = WDT(timeout=8000)
def loop():
    wdt.feed()
    time.sleep(${sleep_s})
`;
  const bitten = await dry(program(9));
  assert.deepEqual([bitten.ended, bitten.duration_s, bitten.ok], ['watchdog', 8, false]);
  assert.equal((await dry(program(7))).ended, 'duration');
});
