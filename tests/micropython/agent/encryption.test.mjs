import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hub } from '../hub.mjs';
import { deliver, program, rig } from './rig.mjs';

const ALL = ['down/command', 'up/response', 'up/telemetry', 'up/state', 'up/log', 'down/ota/chunk'];

test('what the hub names travels encrypted in both directions, programs too, and is refused in plain', async (t) => {
  const it = await rig(t, { hub: false, power: false });
  it.hub = new Hub(it.broker.port, { secret: it.secret });
  it.hub.encrypts = ALL;
  await it.hub.connect();
  const wire = [];
  const publish = it.hub.publish.bind(it.hub);
  it.hub.publish = (topic, payload, qos) => { wire.push(Buffer.from(payload).toString('latin1')); publish(topic, payload, qos); };
  await it.powerOn();
  await it.hub.waitFor('info');
  assert.equal(it.hub.messages.find((m) => m.kind === 'hello').body.encrypt, true);
  assert.equal((await deliver(it, program('whisper', 20000), { session: 1 })).state, 'confirmed');
  await it.hub.waitFor('log', (b) => b.text === 'setup of whisper');
  assert.equal((await it.hub.waitFor('telemetry')).program, 'whisper');
  it.hub.send('down/command', { name: 'no-such-command', transaction: 'x' });
  assert.match((await it.hub.waitFor('response', (b) => b.transaction === 'x')).error, /takes no command/);
  assert.ok(!wire.some((text) => text.includes('whisper') || text.includes('no-such-command')), 'nothing of it is readable on the wire');

  it.hub.encrypts = ALL.filter((name) => name !== 'down/command');
  it.hub.send('down/command', { name: 'no-such-command', transaction: 'y' });
  await it.device.waitForLine('Refused (signature_invalid, 1 so far)');
});

test('a hub that names nothing, and a connection by TLS, leave messages signed and readable', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, program('open'), { session: 1 })).state, 'confirmed');
  assert.equal((await it.hub.waitFor('telemetry')).program, 'open');
});
