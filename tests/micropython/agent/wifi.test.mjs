// Wi-Fi: which network the agent joins, and how it comes back. The air is the test's; the radio behaves like the ESP32's driver.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { program, deliver, rig } from './rig.mjs';

const HOME = { ssid: 'home', key: 'home-key!', rssi: -70 }, SHED = { ssid: 'shed', key: 'shed-key!', rssi: -50 };
const KNOWN = [HOME, SHED].map(({ ssid, key }) => ({ ssid, key }));

/** A board in that air, 10 times as fast as time. */
const near = (t, aps, { wifi = KNOWN, settings, air = {}, ...options } = {}) =>
  rig(t, { settings: { wifi, watchdog_ms: 120000, ...settings }, device: { speed: 10, air: { aps, ...air } }, ...options });
const tried = (it) => it.device.output.filter((line) => line.includes('Wi-Fi: tries')).map((line) => line.split(' ').at(-1));

describe('Wi-Fi', { concurrency: 4 }, () => {
test('of the networks it knows the agent joins the strongest in reach', async (t) => {
  const it = await near(t, [{ ssid: 'neighbour', key: 'x', rssi: -30 }, HOME, SHED, { ...HOME, rssi: -80 }]);
  await it.hub.waitFor('info');
  assert.deepEqual(tried(it), ['shed']);
});

test('where the strongest refuses the key, the next one is joined, and the console says why', async (t) => {
  const it = await near(t, [HOME, { ...SHED, key: 'changed!' }]);
  await it.hub.waitFor('info');
  assert.deepEqual(tried(it), ['shed', 'home']);
  assert.ok(it.device.output.includes('edgemesh: Wi-Fi: fails with status 202'));
  assert.ok(!it.device.output.some((line) => line.includes('home-key!') || line.includes('shed-key!')));
});

test('one that hides its name is found, and one without a key too', async (t) => {
  const it = await near(t, [{ ssid: 'hidden', key: '', rssi: -40, hidden: true }, { ssid: 'other', key: 'x', rssi: -30 }],
    { wifi: [{ ssid: 'hidden', key: '' }, ...KNOWN] });
  await it.hub.waitFor('info');
});

test('out of reach of all it tries ever less often, the program runs on, the watchdog does not bite, and it comes back', async (t) => {
  const it = await near(t, [HOME]);
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, `import time
from edgemesh import log
def loop():
    print('runs')
    time.sleep(10)
`, { session: 1 })).state, 'confirmed');
  const from = it.hub.messages.length, at = it.device.output.length, boots = it.device.boots;
  it.device.setAir({ aps: [] });
  await it.hub.waitFor('status', (b) => b.status === 'lost', { from });
  // Two rounds over both networks, and each round's end is a rest.
  for (let tries = 0; tried(it).length < 5 && tries < 400; tries++) await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.ok(tried(it).length >= 5, tried(it).join());
  assert.ok(it.device.output.slice(at).filter((line) => line === 'runs').length >= 1);
  assert.ok(it.device.output.includes('edgemesh: Wi-Fi: fails with status 201'));
  it.device.setAir({ aps: [SHED] });
  await it.hub.waitFor('info', () => true, { from: it.hub.messages.length });
  assert.equal(it.device.boots, boots);
});

for (const [method, text] of [['active', 'Wifi Not Initialized'], ['scan', 'STA must be active'], ['connect', 'Wifi Internal State Error']]) {
  test(`a driver whose ${method}() fails is switched off and tried again`, async (t) => {
    const it = await near(t, [HOME, SHED], { air: { errors: { [method]: text } } });
    await it.device.waitForLine(`edgemesh: Wi-Fi: OSError('${text}',)`, 40000);
    it.device.setAir({ aps: [HOME] });
    await it.hub.waitFor('info');
  });
}

test('a moment without the access point is the driver\'s to mend', async (t) => {
  const it = await near(t, [HOME]);
  await it.hub.waitFor('info');
  it.device.setAir({ aps: [] });
  await new Promise((resolve) => { it.device.once('line', resolve); setTimeout(resolve, 100); });
  it.device.setAir({ aps: [HOME] });
  const from = it.hub.messages.length;
  assert.equal((await deliver(it, program('lamp', 9000), { session: 1 })).state, 'confirmed');
  await it.hub.waitFor('telemetry', (b) => b.program === 'lamp', { from });
});

const SLEEPER = `import _event, edgemesh, time
def loop():
    edgemesh.publish(slept_ms=_event.slept_ms, up_ms=time.ticks_ms())
    time.sleep(20)
`;

test('with light sleep allowed the board sleeps between looks, keeps its connection, and stays awake for transfers', async (t) => {
  const it = await near(t, [HOME], { settings: { light_sleep: true } });
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, SLEEPER, { session: 1 })).state, 'confirmed');
  // Some 50 s of its time: more than the keep-alive, which the broker would miss.
  let from = it.hub.messages.length;
  const first = await it.hub.waitFor('telemetry', (b) => b.slept_ms > 0, { from });
  const late = await it.hub.waitFor('telemetry', (b) => b.up_ms > first.up_ms + 50000, { from });
  // How much of it depends on how busy this machine is: what takes it no time takes the board some at this speed.
  assert.ok(late.slept_ms - first.slept_ms > 5000, JSON.stringify([first, late]));
  assert.ok(!it.device.output.some((line) => line.includes('offline')));
  from = it.hub.messages.length;
  it.hub.send('down/command', { name: 'nothing', transaction: 'a' });
  assert.equal((await it.hub.waitFor('response', () => true, { from })).transaction, 'a');
  assert.equal((await deliver(it, program('after', 20000), { session: 2 })).state, 'confirmed');
});

test('without being allowed to, the board never sleeps lightly', async (t) => {
  const it = await near(t, [HOME]);
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, SLEEPER, { session: 1 })).state, 'confirmed');
  const { slept_ms } = await it.hub.waitFor('telemetry', (b) => b.up_ms > 40000, { from: it.hub.messages.length });
  assert.equal(slept_ms, 0);
});
});
