// What a dry run promises whatever the program: the same again, within bounds, true to its lines, and fast.
import assert from 'node:assert/strict';
import test from 'node:test';
import { instrument } from '../../../tools/micropython/sandbox/coverage.mjs';
import { dry } from './dry.mjs';

const BUSY = `
import time, edgemesh, random, asyncio, dht
from machine import Pin, Timer
d = dht.DHT22(Pin(4)); seen = []
Timer(0).init(period=700, callback=lambda t: seen.append(random.randint(0, 9)))
async def one():
    while True:
        d.measure(); edgemesh.publish(t=d.temperature(), r=random.random(), seen=seen[-5:])
        await asyncio.sleep_ms(random.randint(100, 5000))
async def main():
    asyncio.create_task(one())
    while True:
        edgemesh.state(now=time.time(), up=time.ticks_us())
        seen[:] = seen[-10:]
        await asyncio.sleep(7)
`;

test('the same program and scenario give the same report, to the last digit', async () => {
  const scenario = { duration_s: 600, inputs: [{ pin: 4, sensor: 'dht22', temperature_c: 20, humidity_percent: 50 }], expect: [{ publishes: 't', at_least: 3 }] };
  const [a, b] = [await dry(BUSY, scenario), await dry(BUSY, scenario)];
  assert.deepEqual(a, b);
  assert.equal(a.ended, 'duration');
});

test('a program that ends says how: by returning, by an exception with its line, by a reset', async () => {
  assert.deepEqual([(await dry('def main(): pass')).ended, (await dry('x = 1')).ended], ['returned', 'returned']);
  const failed = await dry('def setup():\n    pass\n\ndef loop():\n    raise OSError("no sensor")\n');
  assert.deepEqual([failed.ended, failed.exceptions[0].type, failed.exceptions[0].line, failed.ok], ['exception', 'OSError', 5, false]);
  assert.match(failed.verdict, /OSError: no sensor, in line 5/);
  assert.equal((await dry('import machine\ndef main(): machine.reset()')).ended, 'reset');
  assert.equal((await dry('def main(:\n  pass')).exceptions[0].type, 'SyntaxError');
  assert.equal((await dry('import sys\ndef main(): sys.exit()')).exceptions[0].type, 'SystemExit');
  assert.equal((await dry('import socket')).exceptions[0].type, 'ImportError');
});

test('memory is like the device’s: what is alive is measured, and more than there is ends the program', async () => {
  const held = await dry('import time\nx = bytearray(50000)\ndef loop():\n    time.sleep(1)\n', { expect: [{ heap_peak_bytes_max: 52000 }] });
  assert.ok(held.ok && held.heap_peak_bytes > 50000, held.verdict);
  const hoard = await dry('import time\nl = []\ndef loop():\n    l.append(bytearray(2000))\n    time.sleep(1)\n', { duration_s: 600 });
  assert.equal(hoard.ended, 'memory');
  assert.ok(hoard.duration_s > 50 && hoard.duration_s < 150, `${hoard.duration_s}`);
  assert.equal((await dry('l = []\ndef main():\n    while True:\n        l.append(bytearray(1000))\n')).ended, 'memory');
  const garbage = await dry('def main():\n    for i in range(2000):\n        x = bytearray(10000)\n');
  assert.equal(garbage.ended, 'returned', garbage.verdict);
});

test('lines keep their numbers and their meaning when calls are put in front of them', () => {
  const source = 'a = """\nx = 1\n"""\nif a: b = f"{a["x"]}:{{"; c = 1\nelif (lambda: 1)():\n    d = [\n  1]; e = 2\nelse: pass\ndef f(x: int = 3) -> int:\n    "doc"\n    return x \\\n  + 1\n@f\nclass A: pass\n# end: x\ng = r"\\" \'"\'\n';
  const { source: out, lines, name } = instrument(source);
  assert.deepEqual(lines, [1, 4, 6, 8, 11, 14, 16]);
  assert.equal(out.replaceAll(new RegExp(`${name}\\(\\d+\\)and ${name}i\\(\\);`, 'g'), ''), source);
  assert.equal(out.split('\n').length, source.split('\n').length);
  assert.notEqual(instrument('_line = 1').name, '_line');
});

test('what a program prints and records is bounded, and what is dropped is counted', async () => {
  const report = await dry(`
from machine import Pin
import edgemesh
p = Pin(2, Pin.OUT)
def main():
    for i in range(1000):
        p.toggle(); print(i, 'x' * 100); edgemesh.publish(i=i)
    print('y' * 1000000)
`);
  assert.equal(report.ended, 'returned');
  assert.ok(report.output.length <= 200 && report.output_dropped > 0);
  assert.deepEqual([report.pins[0].transitions.length, report.pins[0].dropped, report.publishes.length, report.publishes_dropped], [200, 801, 200, 800]);
});

test('a program that reaches for the host ends there', async () => {
  const refused = async (source) => (await dry(source)).ended;
  assert.equal(await refused('import time\ntime.ticks_ms(1, 2, 3)'), 'refused_call');
  assert.equal(await refused('import time\ntime.ticks_ms.new()'), 'refused_call');
  assert.equal(await refused('import edgemesh\nh = edgemesh._host\nh.pin_get("a")'), 'refused_call');
  assert.equal(await refused('import edgemesh\nedgemesh._host.neopixel(2, 4294967000, 5000, 3)'), 'refused_call');
  assert.equal(await refused('import edgemesh\nedgemesh._host.line(lambda: 0)'), 'refused_call');
  assert.equal(await refused('import edgemesh\nedgemesh._host.constructor'), 'exception');
  assert.equal(await refused('import edgemesh\nedgemesh._host.line = 1'), 'refused_call');
  assert.equal(await refused('import edgemesh\nfor x in edgemesh._host: pass'), 'refused_call');
  assert.equal(await refused('import edgemesh\nedgemesh._host["line"]'), 'refused_call');
});

test('24 hours of a loop of 5 seconds', async () => {
  const started = performance.now();
  const report = await dry('import time, edgemesh\nfrom machine import Pin\np = Pin(2, Pin.OUT)\ndef loop():\n    p.toggle()\n    edgemesh.publish(a=1)\n    time.sleep(5)\n',
    { duration_s: 86400, expect: [{ publishes: 'a', every_s: 5 }] });
  assert.ok(report.ok, report.verdict);
  assert.equal(report.loop.count, 17277);
  console.log(`measured: 24 virtual hours of a 5 s loop in ${((performance.now() - started) / 1000).toFixed(1)} s`);
});
