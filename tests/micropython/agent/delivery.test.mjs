import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
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

test('chunks in base64 arrive too, and lost ones are filled in', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  const lost = new Set([2, 3]);
  it.hub.letsChunk = (sequence) => !lost.delete(sequence);
  assert.equal((await deliver(it, program('lamp', 30000), { session: 7, encoding: 'base64' })).state, 'confirmed');
});

test('an image that this device cannot take is refused with the reason, and nothing is written', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  for (const [session, options, code] of [[1, { type: 'other' }, 'device_type_mismatch'], [2, { chunk_bytes: 8192 }, 'encoding_unsupported'],
    [3, { manifest: { requires: ['relay'] } }, 'requirement_missing'], [4, { manifest: { size: 200000 } }, 'image_too_large'],
    [5, { manifest: { expires: 1700000000 } }, 'manifest_expired'], [6, { manifest: { kind: 'nano-app' } }, 'kind_unsupported']]) {
    it.hub.offer('x = 1\n', { session, ...options });
    assert.equal((await it.hub.waitFor('ota/reject', (b) => b.session === session)).code, code);
  }
  assert.deepEqual(fs.readdirSync(path.join(it.folder, 'state')), []);
});

test('an image whose hash is not the manifest\'s is never run', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  it.hub.offer(program('lamp'), { session: 8, manifest: { sha256: '0'.repeat(64) } });
  assert.equal((await it.hub.waitFor('ota/abort')).code, 'hash_mismatch');
  assert.equal(it.device.boots, 1);
});
