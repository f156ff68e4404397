import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { firmwareImage, flashPartitions } from '../../../tools/micropython/partitions.mjs';
import { Hub } from '../hub.mjs';
import { deliver, program, rig } from './rig.mjs';

const LIVE_LIMIT_BYTES = 72 * 1024;

// Samples what is alive at the deepest place of the chunk path, and the heap as it is found there.
const MEASURING = `
# On a board these are in the firmware.
import binascii, hashlib, io, json, gc
gc.collect()
base = gc.mem_alloc()
import micropython
micropython.opt_level(3)
from edgemesh import agent, delivery
micropython.opt_level(0)
gc.collect()
print('code', gc.mem_alloc() - base)
do = delivery.Delivery._do
live = raw = 0
def measured(self, effect):
    global live, raw
    raw = max(raw, gc.mem_alloc() - base)
    gc.collect()
    live = max(live, gc.mem_alloc() - base)
    if effect[0] == 'apply':
        print('peak', live, raw)
    do(self, effect)
delivery.Delivery._do = measured
agent.run()
`;

async function measure(t, image_bytes) {
  // As under TLS: encryption comes on top, below.
  const it = await rig(t, { extra: { 'main.py': MEASURING }, settings: { encrypt: false } });
  await it.hub.waitFor('info');
  it.hub.letsChunk = (() => { const seen = new Set(); return (sequence) => sequence % 5 || seen.has(sequence) || !seen.add(sequence); })();
  it.hub.offer(program('lamp', image_bytes), { session: 3 });
  const [, code] = (await it.device.waitForLine(/^code /)).split(' ').map(Number);
  const [, live, raw] = (await it.device.waitForLine(/^peak /, 60000)).split(' ').map(Number);
  return { code, live, raw };
}

test('agent and transfer live in 72 KiB, however large the image is', async (t) => {
  const small = await measure(t, 20000), large = await measure(t, 120000);
  for (const [name, it] of [['20 kB', small], ['120 kB', large]]) {
    console.log(`measured: image of ${name}: code ${it.code}, live at most ${it.live}, heap before a collection at most ${it.raw} bytes`);
  }
  assert.ok(large.live < LIVE_LIMIT_BYTES, `${large.live} bytes are alive`);
  assert.ok(Math.abs(large.live - small.live) < 1024, 'it grows with the image');
});

for (const [heap_KiB, encrypted, slots] of [[76, false], [84, true], [88, true, true]]) {
  test(`a heap of ${heap_KiB} KiB is enough for agent, program and transfer${encrypted ? ' with messages encrypted' : ''}${slots ? ', on a board with slots for firmware' : ''}`, async (t) => {
    const partitions = slots && fs.mkdtempSync(path.join(os.tmpdir(), 'partitions-'));
    if (slots) {
      t.after(() => fs.rmSync(partitions, { recursive: true }));
      flashPartitions(partitions);
    }
    const it = await rig(t, { device: { heap: heap_KiB * 1024, partitions }, settings: { encrypt: encrypted }, hub: false, power: false });
    it.hub = new Hub(it.broker.port, { secret: it.secret });
    it.hub.encrypts = ['down/command', 'up/response', 'up/telemetry', 'up/state', 'up/log'];
    await it.hub.connect();
    await it.powerOn();
    await it.hub.waitFor('info');
    assert.equal((await deliver(it, program('first', 9000), { session: 1 })).state, 'confirmed');
    assert.equal((await deliver(it, program('second', 40000), { session: 2 })).state, 'confirmed');
    if (slots) assert.equal((await deliver(it, firmwareImage({ release: '1.28.0' }, 40000), { session: 3, manifest: { kind: 'esp32-image' } })).state, 'confirmed');
    assert.ok(!it.device.output.some((line) => line.includes('MemoryError')), it.device.output.join('\n'));
  });
}
