import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { OFFER, NEW, again, before } from './update.mjs';
import { program, rig } from './rig.mjs';

test('a device killed in the middle of a transfer resumes after the last acknowledged chunk', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  // 9 is missing, what lies beyond it is kept apart and not resumed.
  it.hub.letsChunk = (sequence) => sequence !== 9;
  it.hub.offer(program('lamp', 80000), { session: 2 });
  await it.hub.waitFor('ota/chunk-ack', (b) => b.next === 9 && b.bitmap !== '0000000000000000');
  await it.device.powerOff();
  const from = it.hub.messages.length, sent = it.hub.sent.length;
  it.hub.letsChunk = () => true;
  await it.powerOn();
  assert.equal((await it.hub.waitFor('ota/accept', () => true, { from })).next, 9);
  assert.equal((await it.hub.waitFor('ota/report', (b) => b.state !== 'applying')).state, 'confirmed');
  const again = it.hub.sent.slice(sent).filter((m) => m.topic.endsWith('ota/chunk')).map((m) => m.payload.readUInt32BE(5));
  assert.ok(again.every((sequence) => sequence >= 9), `chunks sent again: ${again}`);
});

// A power cut at one call, of a write also after a part of it; what was not flushed stays or is lost.
const CUTS = [{ written: 0, unflushed: 'kept' }, { written: 7, unflushed: 'kept' }, { written: 0, unflushed: 'lost' }];

/** Waits until the newest boot record on the flash says that the hub has the report of the new program. */
async function reportHeard(folder) {
  for (let tries = 0; tries < 500; tries++) {
    const records = ['boot0', 'boot1'].map((name) => {
      try { return JSON.parse(fs.readFileSync(path.join(folder, 'state', name))); } catch { return { generation: 0 }; }
    });
    const newest = records.sort((one, other) => other.generation - one.generation)[0];
    if (newest.report?.session === OFFER.session && newest.report_heard) return;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}

/** Boots the image with a cut, then without one; answers whether the cut came. The outcome must be old or new, and then new. */
async function cutOnce(it, image, cut, stage) {
  await again(it, image);
  let result;
  const begin = async () => {
    if (stage === 'delivery') { await it.hub.waitFor('info'); it.hub.offer(NEW, OFFER); }
    await it.hub.waitFor('ota/report', (b) => b.session === 9 && b.state === 'confirmed');
    await reportHeard(it.folder);
  };
  const device = await it.powerOn({ cut, reboot: false });
  device.finished.then((r) => { result = r; });
  await Promise.race([device.finished, begin().catch(() => {})]);
  await device.powerOff();
  const happened = (await device.finished).end;
  const at = `power cut at call ${JSON.stringify(cut)} of the ${stage}`;

  it.hub.messages.length = 0;
  await it.powerOn();
  const { program: runs } = await it.hub.waitFor('telemetry', () => true, { timeout_ms: 15000 }).catch((error) => {
    throw new Error(`${at}: nothing runs: ${error.message}\n${it.device.output.join('\n')}`);
  });
  assert.ok(['old', 'new'].includes(runs), at);
  if (!it.hub.transfer) it.hub.offer(NEW, OFFER);
  const report = await it.hub.waitFor('ota/report', (b) => b.session === 9 && b.state !== 'applying', { timeout_ms: 15000 })
    .catch((error) => { throw new Error(`${at}: ${error.message}\n${it.device.output.join('\n')}`); });
  assert.equal(report.state, 'confirmed', at);
  await it.hub.waitFor('telemetry', (b) => b.program === 'new');
  await it.device.powerOff();
  it.hub.disconnect();
  return happened;
}

describe('power cuts', { concurrency: true }, () => {
  for (const stage of ['delivery', 'trial']) {
    test(`power cut at every file-system call of a ${stage}: the old program runs, or the new one, and the update gets there`, { timeout: 600000 }, async (t) => {
      const { it, image } = await before(t, stage);
      let cuts = 0, calls = 0;
      for (const kind of CUTS) {
        for (let at = 1; ; at++) {
          const end = await cutOnce(it, image, { at, ...kind }, stage);
          if (end !== 'cut') { calls = at - 1; break; }
          cuts++;
        }
      }
      console.log(`counted: ${stage}: ${cuts} power cuts at ${calls} calls`);
      assert.ok(cuts >= 3);
    });
  }
});
