import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliver, running } from './rig.mjs';

const UNTOLD = {
  'an exception that cannot be printed': ['Unprintable', `class Unprintable(Exception):
    def __str__(self): raise BaseException('no')
    __repr__ = __str__
def fail(): raise Unprintable()
`],
  'an exception too large to be printed': ['ValueError', "def fail(): raise ValueError('y' * 60000)\n"],
};

for (const [what, [name, source]] of Object.entries(UNTOLD)) {
  test(`${what} is counted and told as any other, on trial too, and ends no more than the program`, async (t) => {
    const it = await running(t, `${source}import edgemesh, time
edgemesh.log('starts')
wanted = False
def want(data):
    global wanted
    wanted = True
edgemesh.on_command('fail', want)
def loop():
    time.sleep(0.02)
    if wanted: fail()
`, { settings: { watchdog_ms: 3000, health_every_ms: 1000 }, device: { heap: 128 * 1024 } });
    const from = it.hub.messages.length;
    for (let taken = '', asked = 0; taken !== 'ok'; asked++) {
      it.hub.send('down/command', { name: 'fail', transaction: `${asked}` });
      taken = (await it.hub.waitFor('response', (b) => b.transaction === `${asked}`, { from })).status;
    }
    const line = await it.hub.waitFor('log', (b) => b.level === 'error', { from });
    assert.match(line.text, new RegExp(`^The program stopped: ${name}[:.]`));
    assert.equal((await it.hub.waitFor('health', (b) => b.faults > 0, { from })).faults, 1);
    await it.hub.waitFor('log', (b) => b.text === 'starts', { from });
    assert.equal(it.device.boots, 2, it.device.output.join('\n'));
    const report = await deliver(it, `${source}fail()\n`, { session: 2 });
    assert.deepEqual([report.state, report.code], ['rolled_back', 'crash_loop']);
    assert.match(report.reason, new RegExp(`^${name}`));
    assert.ok(report.reason.length <= 300);
    assert.ok(!it.device.output.some((l) => l.includes('watchdog got')), it.device.output.join('\n'));
  });
}

test('what a program logs while offline takes a bounded part of the memory, and the last lines follow', async (t) => {
  const it = await running(t, `import edgemesh, time
n = 0
def loop():
    global n
    n += 1
    edgemesh.log('%d ' % n + 'é' * 9000)
    print('logged', n)
    time.sleep(0.05)
`, { settings: { watchdog_ms: 3000 }, device: { heap: 128 * 1024 } });
  const boots = it.device.boots, from = it.hub.messages.length;
  const n = Number((await it.hub.waitFor('log', (b) => b.text.includes('é'), { from })).text.split(' ')[0]);
  it.hub.answersHello = false;
  it.hub.disconnect();
  await it.hub.connect();
  await it.hub.waitFor('hello', undefined, { from });
  await it.device.waitForLine(`logged ${n + 20}`, 20000);
  it.hub.answersHello = true;
  const to = it.hub.messages.length;
  it.hub.disconnect();
  await it.hub.connect();
  const late = await it.hub.waitFor('log', (b) => parseInt(b.text) > n + 15, { from: to });
  assert.match(late.text, /^\d+ é+$/);
  assert.ok(Buffer.byteLength(late.text) <= 512 && Buffer.byteLength(late.text) > 500);
  assert.equal(it.device.boots, boots, it.device.output.filter((l) => !l.includes('é')).join('\n'));
});

test('what is too large to be sent is an error to the program that asks, online and offline, and not to the agent', async (t) => {
  const it = await running(t, `import edgemesh, time
def attempt(data):
    for what in (edgemesh.publish, edgemesh.state):
        for bytes in (15000, 60000):
            try:
                what(x='y' * bytes)
                print('TAKEN', bytes)
            except (ValueError, MemoryError) as e: print('refused', str(e)[:60])
    print('attempted', data)
edgemesh.on_command('try', attempt)
edgemesh.on_command('answer', lambda data: 'y' * data['bytes'])
edgemesh.state(door='open')
while not edgemesh.publish(x=1): time.sleep(0.1)
while edgemesh.publish(x=1): time.sleep(0.1)
attempt('offline')
time.sleep(1000)
`, { settings: { watchdog_ms: 3000 }, device: { heap: 192 * 1024 } });
  const boots = it.device.boots;
  it.hub.send('down/command', { name: 'try', data: {} });
  await it.device.waitForLine(/^attempted/);
  for (const bytes of [15000, 60000]) {
    it.hub.send('down/command', { name: 'answer', data: { bytes }, transaction: `${bytes}` });
    const answer = await it.hub.waitFor('response', (b) => b.transaction === `${bytes}`);
    assert.equal(answer.status, 'error');
    assert.match(answer.error, /MemoryError|14000 are the most/);
  }
  const from = it.hub.messages.length;
  it.hub.answersHello = false;
  it.hub.disconnect();
  await it.hub.connect();
  await it.hub.waitFor('hello', undefined, { from });
  await it.device.waitForLine(/^attempted offline/);
  it.hub.answersHello = true;
  it.hub.disconnect();
  await it.hub.connect();
  assert.equal((await it.hub.waitFor('state', undefined, { from })).door, 'open', 'the last one that was taken');
  assert.equal(it.device.output.filter((l) => l.startsWith('refused')).length, 8);
  assert.ok(!it.device.output.some((l) => l.startsWith('TAKEN') || l.includes('defect')), it.device.output.join('\n'));
  assert.equal(it.device.boots, boots);
});

test('what a handler raises after its program has ended starts the program again', async (t) => {
  const it = await running(t, "import edgemesh, sys\nedgemesh.log('starts')\nedgemesh.on_command('leave', lambda data: sys.exit())\n",
    { settings: { watchdog_ms: 3000 } });
  const from = it.hub.messages.length;
  it.hub.send('down/command', { name: 'leave' });
  await it.hub.waitFor('log', (b) => b.text.includes('SystemExit'), { from });
  await it.hub.waitFor('log', (b) => b.text === 'starts', { from });
  assert.equal(it.device.boots, 2);
});
