import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliver, program, rig, running } from './rig.mjs';

test('a program that sleeps for 30 s at a time stays online and can be updated', async (t) => {
  const it = await running(t, 'import time\nwhile True:\n    time.sleep(30)\n', { settings: { watchdog_ms: 3000 } });
  it.hub.send('down/command', { name: 'anything', transaction: 'a' });
  assert.equal((await it.hub.waitFor('response')).transaction, 'a');
  assert.equal((await deliver(it, program('next', 20000), { session: 2 })).state, 'confirmed');
  assert.equal(it.device.boots, 3);
});

for (const raised of ['ZeroDivisionError', 'SystemExit', 'KeyboardInterrupt', 'MemoryError']) {
  test(`${raised} in a confirmed program does not take the agent down, and the program starts again`, async (t) => {
    const it = await running(t, `import edgemesh, time
edgemesh.log('starts')
def crash(data):
    global broken
    broken = True
broken = False
edgemesh.on_command('crash', crash)
def loop():
    time.sleep(0.02)
    if broken: raise ${raised}('on purpose')
`);
    const from = it.hub.messages.length;
    it.hub.send('down/command', { name: 'crash' });
    const line = await it.hub.waitFor('log', (b) => b.text.includes(raised), { from });
    assert.equal(line.level, 'error');
    await it.hub.waitFor('log', (b) => b.text === 'starts', { from });
    it.hub.send('down/command', { name: 'nothing', transaction: 'b' });
    await it.hub.waitFor('response', (b) => b.transaction === 'b');
    assert.equal(it.device.boots, 2);
    assert.ok(!it.hub.messages.slice(from).some((m) => m.kind === 'hello'), 'the connection held');
  });
}

test('the hub hears how the program fares: each fault once, the memory that is left, and the longest loop', async (t) => {
  const it = await running(t, `import edgemesh, time
wanted = ''
def want(data):
    global wanted
    wanted = data['what']
edgemesh.on_command('want', want)
def loop():
    global wanted
    what, wanted = wanted, ''
    if what == 'crash': raise OSError(5)
    time.sleep(0.6 if what == 'slow' else 0.02)
`, { settings: { health_every_ms: 1000 } });
  const from = it.hub.messages.length;
  const calm = await it.hub.waitFor('health', undefined, { from });
  assert.equal(calm.faults, 0);
  assert.ok(calm.heap_free_bytes > 10000 && calm.loop_ms >= 20 && calm.loop_ms < 500, JSON.stringify(calm));
  it.hub.send('down/command', { name: 'want', data: { what: 'crash' } });
  assert.equal((await it.hub.waitFor('health', (b) => b.faults > 0, { from })).faults, 1);
  // The program that stopped takes commands again once it has started anew.
  for (let taken = '', asked = 0; taken !== 'ok'; asked++) {
    it.hub.send('down/command', { name: 'want', data: { what: 'slow' }, transaction: `slow-${asked}` });
    taken = (await it.hub.waitFor('response', (b) => b.transaction === `slow-${asked}`, { from })).status;
  }
  assert.equal((await it.hub.waitFor('health', (b) => b.loop_ms >= 600, { from })).faults, 0, 'a fault is told once');
});

test('commands reach their handlers and are answered, and a handler that fails is an answer too', async (t) => {
  const it = await running(t, `import edgemesh, time
def add(data):
    time.sleep(0.05)
    return {'sum': data['a'] + data['b']}
edgemesh.on_command('add', add)
def main():
    while True: time.sleep(1)
`);
  it.hub.send('down/command', { name: 'add', data: { a: 2, b: 3 }, transaction: 'x1' });
  const answer = await it.hub.waitFor('response', (b) => b.transaction === 'x1');
  assert.equal(answer.status, 'ok');
  assert.deepEqual(answer.data, { sum: 5 });
  it.hub.send('down/command', { name: 'add', data: { a: 2 }, transaction: 'x2' });
  const failed = await it.hub.waitFor('response', (b) => b.transaction === 'x2');
  assert.equal(failed.status, 'error');
  assert.match(failed.error, /KeyError/);
});

test('a numbered command runs once, however often it is sent and across a reset, and is answered every time', async (t) => {
  const it = await running(t, `import edgemesh, time
runs = 0
def count(data):
    global runs
    runs += 1
    time.sleep(0.05)
    return {'runs': runs}
edgemesh.on_command('count', count)
while True: time.sleep(1)
`);
  const give = async (sequence) => {
    const from = it.hub.messages.length;
    it.hub.send('down/command', { name: 'count', transaction: String(sequence), sequence });
    return it.hub.waitFor('response', (b) => b.transaction === String(sequence), { from });
  };
  assert.deepEqual((await give(7)).data, { runs: 1 });
  assert.deepEqual((await give(7)).data, { runs: 1 });
  assert.deepEqual((await give(8)).data, { runs: 2 });
  assert.equal((await give(7)).code, 'command_repeated');
  await it.device.powerOff();
  const from = it.hub.messages.length;
  await it.powerOn();
  await it.hub.waitFor('info', () => true, { from });
  assert.equal((await give(8)).code, 'command_repeated');
  assert.deepEqual((await give(9)).data, { runs: 1 });
});

test('a torn record of commands costs no more than the command that it was for', async (t) => {
  const it = await rig(t, { extra: { 'state/command0': '{"sequence":8,"crc":', 'state/command1': '{"sequence":"x","crc":1}' } });
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, "import edgemesh, time\nedgemesh.on_command('a', lambda data: None)\nwhile True: time.sleep(1)\n", { session: 1 })).state, 'confirmed');
  it.hub.send('down/command', { name: 'a', transaction: 'z', sequence: 5 });
  assert.equal((await it.hub.waitFor('response', (b) => b.transaction === 'z')).status, 'ok');
});

test('an async main runs beside the agent', async (t) => {
  const it = await running(t, `import asyncio, edgemesh
async def blink():
    n = 0
    while True:
        n += 1
        edgemesh.publish(blinks=n)
        await asyncio.sleep(0.1)
async def main():
    asyncio.create_task(blink())
    while True: await asyncio.sleep(30)
`);
  const { blinks } = await it.hub.waitFor('telemetry');
  await it.hub.waitFor('telemetry', (b) => b.blinks > blinks + 3);
  assert.equal((await deliver(it, program('next'), { session: 2 })).state, 'confirmed');
});

test('state is sent again at every connection, and what JSON cannot say is not sent', async (t) => {
  const it = await running(t, `import edgemesh, time
edgemesh.state(door='open', level=float('nan'))
for bad in ({'n': 1}, {'x': b'bytes'}):
    try: edgemesh.publish(bad)
    except ValueError as e: edgemesh.log('refused ' + str(e))
print('names', sorted(n for n in dir(edgemesh) if n[0] != '_'), edgemesh.device_id)
while True: time.sleep(1)
`);
  const state = await it.hub.waitFor('state');
  assert.equal(state.door, 'open');
  assert.equal(state.level, null);
  assert.equal(await it.device.waitForLine(/^names/), "names ['device_id', 'log', 'on_command', 'publish', 'state'] porch");
  assert.equal(it.hub.messages.filter((m) => m.kind === 'log' && m.body.text.startsWith('refused')).length, 2);
  const from = it.hub.messages.length;
  it.hub.disconnect();
  await it.hub.connect();
  assert.equal((await it.hub.waitFor('state', () => true, { from })).door, 'open');
});

test('after the watchdog ended a confirmed program the hub gets its time first, and can send a better one', async (t) => {
  const it = await running(t, `import edgemesh, time
def hang(data):
    open('/hang', 'w').close()
edgemesh.on_command('hang', hang)
while True:
    time.sleep(0.02)
    try:
        open('/hang').close()
    except OSError:
        continue
    while True: pass
`, { settings: { watchdog_ms: 2000 } });
  it.hub.send('down/command', { name: 'hang' });
  const from = it.hub.messages.length;
  await it.hub.waitFor('log', (b) => b.text.includes('watchdog'), { from });
  assert.equal((await deliver(it, program('better', 9000), { session: 2 })).state, 'confirmed');
});

test('a program that feeds the watchdog, however it came by it, and hangs is ended all the same', async (t) => {
  const it = await running(t, `import edgemesh, machine, time, umachine
from machine import WDT
watchdogs = [machine.WDT(timeout=600000), WDT(0, 600000), umachine.WDT(timeout=600000)]
def hang(data):
    open('/hang', 'w').close()
edgemesh.on_command('hang', hang)
def feed():
    for watchdog in watchdogs: watchdog.feed()
def loop():
    feed()
    time.sleep(0.02)
    try:
        open('/hang').close()
    except OSError:
        return
    while True: feed()
`, { settings: { watchdog_ms: 2000 } });
  it.hub.send('down/command', { name: 'hang' });
  await it.hub.waitFor('log', (b) => b.text.includes('watchdog'));
  assert.equal((await deliver(it, program('better', 9000), { session: 2 })).state, 'confirmed');
});
