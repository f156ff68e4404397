import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliver, program, rig } from './rig.mjs';

test('a device connects, makes the handshake and says what it is', async (t) => {
  const it = await rig(t);
  assert.deepEqual((await it.hub.waitFor('status', (b) => !b.will)).status, 'online');
  const info = await it.hub.waitFor('info');
  assert.deepEqual(info.kinds, ['micropython-app']);
  assert.equal(info.type, 'esp32-mpy');
  assert.equal(info.runtime, 'micropython');
  assert.equal(info.window, 8);
  assert.equal(info.chunk_bytes, 4096);
  assert.ok(!it.hub.messages.some((m) => m.kind === 'unverified'));
});

test('an image is delivered, tried and confirmed, and runs', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  const report = await deliver(it, program('lamp', 30000), { session: 7 });
  assert.equal(report.state, 'confirmed');
  assert.equal(it.device.boots, 2);
  assert.equal((await it.hub.waitFor('telemetry')).program, 'lamp');
  const info = await it.hub.waitFor('info', (b) => b.sequence === 7);
  assert.equal(info.program_version, '1.7');
});
