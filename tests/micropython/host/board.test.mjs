import assert from 'node:assert/strict';
import test from 'node:test';
import { boot } from '../../../tools/micropython/host.mjs';
import { run } from './board.mjs';

test('boot.py runs before main.py, in the same namespace, from the root of the flash', async () => {
  const { end, output } = await run('print(a, __name__, os.getcwd(), sorted(os.listdir()), sys.path)', { flash: { '/boot.py': 'import os, sys\na = 1' } });
  assert.equal(end, 'ok');
  assert.deepEqual(output, ["1 __main__ / ['boot.py', 'main.py'] ['', '.frozen', '/lib']"]);
});

test('an exception that ends main.py is printed as a traceback that names main.py only', async () => {
  const { end, output } = await run('def f():\n    return 1 / 0\nf()');
  assert.equal(end, 'error');
  assert.deepEqual(output, ['Traceback (most recent call last):', '  File "main.py", line 3, in <module>', '  File "main.py", line 2, in f',
    'ZeroDivisionError: divide by zero']);
});

test('the watchdog ends an endless loop, and the next boot knows why', async () => {
  const device = await boot({ flash: { '/main.py': `
import machine
print('cause', machine.reset_cause() == machine.WDT_RESET)
if machine.reset_cause() == machine.PWRON_RESET:
    machine.WDT(timeout=100)
    while True: pass
` } });
  const { end, output } = await device.finished;
  assert.deepEqual(output, ['cause False', 'Task watchdog got triggered.', 'cause True']);
  assert.equal(end, 'ok');
  assert.equal(device.boots, 2);
});

test('a watchdog that is fed does not bite, and one still bites after main.py has ended', async () => {
  const { output } = await run(`
import machine, time
if machine.reset_cause() == machine.PWRON_RESET:
    dog = machine.WDT(timeout=300)
    for i in range(8):
        time.sleep_ms(100)
        dog.feed()
    print('fed')
else:
    print('bitten')
`);
  assert.deepEqual(output, ['fed', 'Task watchdog got triggered.', 'bitten']);
});

test('reset causes are those of the ESP32', async () => {
  const { output } = await run(`
import machine
cause = machine.reset_cause()
print(cause)
if cause == machine.PWRON_RESET: machine.reset()
elif cause == machine.HARD_RESET: machine.deepsleep(20)
elif cause == machine.DEEPSLEEP_RESET: machine.soft_reset()
`);
  assert.deepEqual(output, ['1', '2', '4', '5']);
});

test('sleeping burns no processor time', async () => {
  const before = process.cpuUsage();
  const { output } = await run('import time\nt = time.ticks_ms()\ntime.sleep(1)\nprint(time.ticks_diff(time.ticks_ms(), t) >= 1000)');
  const used_ms = (({ user, system }) => (user + system) / 1000)(process.cpuUsage(before));
  assert.deepEqual(output, ['True']);
  assert.ok(used_ms < 700, `${used_ms} ms of processor time`);
});

test('errors of the file system carry the numbers of a device', async () => {
  const { output } = await run(`
import os
def e(f, *a):
    try: f(*a)
    except OSError as x: print(x.errno)
e(open, 'no')
e(os.remove, 'no')
os.mkdir('d')
e(os.mkdir, 'd')
open('d/f', 'w').close()
e(os.rmdir, 'd')
e(open, 'd', 'w')
e(os.listdir, 'd/f/g')
`);
  assert.deepEqual(output, ['2', '2', '17', '39', '21', '20']);
});

for (const heap of [65536, 131072]) {
  test(`a heap of ${heap} bytes is that large, and who holds more meets MemoryError`, async () => {
    const { output } = await run(`
import gc, time
gc.collect()
print(gc.mem_free())
n, kept = 0, []
try:
    while True:
        kept.append(bytearray(1000))
        n += 1
        gc.collect()
except MemoryError: kept = None
print(n)
gc.collect()
try:
    kept = bytearray(${heap} + 8192)
    time.sleep_ms(50)
except MemoryError: print('MemoryError')
kept = None
time.sleep_ms(50)
try: bytearray(9 << 20)
except MemoryError: print('at once')
`, { heap });
    const [free, blocks, ...rest] = output;
    assert.ok(Math.abs(free - heap) < 4096, `${free} bytes free`);
    assert.ok(blocks * 1008 > heap * 0.9 && blocks * 1008 <= heap, `${blocks} blocks`);
    assert.deepEqual(rest, ['MemoryError', 'at once']);
  });
}

test('garbage is collected while a program runs, and nothing that is alive', async () => {
  const { end, output } = await run(`
import time
kept = {i: str(i) * 20 for i in range(100)}
def churn():
    local = [str(i) * 20 for i in range(100)]
    for i in range(300):
        for j in range(20): bytes(10000) + b'x'
        time.sleep_ms(1)
        junk = [str(j) * 20 for j in range(100, 200)]
    return all(kept[i] == local[i] == str(i) * 20 for i in range(100))
print(churn())
`);
  assert.equal(end, 'ok', output.join('\n'));
  assert.deepEqual(output, ['True']);
});

test('device code cannot reach JavaScript', async () => {
  const { output } = await run(`
import sys
for name in ('js', 'jsffi', '_host'):
    for clear in (False, True):
        if clear: sys.modules.pop(name, None)
        try:
            m = __import__(name)
            for a in ('process', 'globalThis', 'Function', 'constructor', 'eval', '__proto__', 'to_js', 'create_proxy'):
                try:
                    print(name, a, getattr(m, a)('this') if a != 'x' else 0)
                except (AttributeError, TypeError): pass
        except ImportError: pass
import socket
try: print(socket._host.wait.constructor)
except AttributeError: print('closed')
`);
  assert.deepEqual(output.filter((line) => /process|globalThis|Function|constructor|eval|__proto__/.test(line)), []);
  assert.ok(output.includes('closed'), output.join('\n'));
});

test('os.urandom differs from call to call and from boot to boot', async () => {
  const main = 'import os\nprint(os.urandom(16).hex(), os.urandom(16).hex(), len(os.urandom(33)))';
  const outputs = [await run(main), await run(main)].map(({ output }) => output[0].split(' '));
  assert.equal(new Set(outputs.flatMap((parts) => parts.slice(0, 2))).size, 4);
  assert.equal(outputs[0][2], '33');
});

test('AES agrees with the vectors of NIST SP 800-38A', async () => {
  const { output } = await run(`
from cryptolib import aes
k = bytes.fromhex('2b7e151628aed2a6abf7158809cf4f3c')
p = bytes.fromhex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51')
print(aes(k, 1).encrypt(p).hex())
c = aes(k, 2, bytes(range(16)))
x = c.encrypt(p[:16]) + c.encrypt(p[16:])
print(x.hex())
d = aes(k, 2, bytes(range(16)))
print(d.decrypt(x[:16]) + d.decrypt(x[16:]) == p)
`);
  assert.deepEqual(output, ['3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf',
    '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2', 'True']);
});

test('AES refuses what the board refuses', async () => {
  const { output } = await run(`
from cryptolib import aes
def refusal(call, *args):
    try:
        call(*args)
    except ValueError as e:
        return str(e)
a = aes(bytes(32), 1)
print(refusal(aes, bytes(24), 1), refusal(aes, bytes(32), 9), refusal(a.encrypt, bytes(15)), refusal(a.encrypt, bytes(32), bytearray(16)), sep=';')
`);
  assert.deepEqual(output, ['key;mode;blksize % 16;output too small']);
});

test('pins remember, timers fire while the program sleeps, the clock starts in 2000 and can be set', async () => {
  const { output } = await run(`
from machine import Pin, Timer, RTC
import time
Pin(2, Pin.OUT).value(1)
print(Pin(2).value(), time.gmtime()[0])
n = 0
def tick(t):
    global n
    n += 1
    if n == 3: t.deinit()
Timer(0).init(period=10, callback=tick)
time.sleep_ms(200)
print(n)
RTC().datetime((2026, 5, 4, 0, 3, 2, 1, 0))
print(time.localtime()[:6])
`);
  assert.deepEqual(output, ['1 2000', '3', '(2026, 5, 4, 3, 2, 1)']);
});

test('asyncio runs tasks to their end: gather, timeouts, events, cancelling, exceptions', async () => {
  const { output } = await run(`
import asyncio
async def child(n):
    await asyncio.sleep_ms(n)
    return n
async def bad(): raise ValueError
async def main():
    print(await asyncio.gather(child(30), child(10)))
    try: await asyncio.wait_for(child(5000), 0.05)
    except asyncio.TimeoutError: print('timeout')
    event = asyncio.Event()
    async def setter():
        await asyncio.sleep(0.01)
        event.set()
    asyncio.create_task(setter())
    await event.wait()
    task = asyncio.create_task(child(5000))
    await asyncio.sleep(0)
    task.cancel()
    try: await task
    except asyncio.CancelledError: print('cancelled')
    try: await asyncio.create_task(bad())
    except ValueError: print('caught')
    return 7
print(asyncio.run(main()))
`);
  assert.deepEqual(output, ['[30, 10]', 'timeout', 'cancelled', 'caught', '7']);
});
