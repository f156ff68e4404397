// Updates of the firmware itself, kind esp32-image: the bootloader's slots, its trial, and its way back.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { firmwareImage, flashPartitions } from '../../../tools/micropython/partitions.mjs';
import { deliver, program, rig } from './rig.mjs';

const SLOT_BYTES = 128 * 1024;
const KIND = { manifest: { kind: 'esp32-image' }, id: 'micropython' };

/** A board with two firmware slots, 1.27.0 in the first; extra as for rig. */
async function board(t, { flash = {}, ...options } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'partitions-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  flashPartitions(folder, { slot_bytes: SLOT_BYTES, ...flash });
  const it = await rig(t, { ...options, device: { partitions: folder, ...options.device } });
  it.partitions = folder;
  it.otadata = () => JSON.parse(fs.readFileSync(path.join(folder, 'otadata.json'))).entries;
  it.pending = () => fs.existsSync(path.join(it.folder, 'state', 'pending'));
  if (options.power !== false) it.info = await it.hub.waitFor('info');
  return it;
}

/** Says over telemetry which firmware it runs on. */
const TELLS = `import edgemesh, os, time
def loop():
    edgemesh.publish(release=os.uname()[2])
    time.sleep(0.2)
`;
const runsOn = (it, release, from = it.hub.messages.length) => it.hub.waitFor('telemetry', (b) => b.release === release, { from });

describe('firmware', { concurrency: 4 }, () => {
test('a firmware is stored in the other slot, tried, marked valid once the hub has its report, and stays over resets', async (t) => {
  const it = await board(t);
  assert.deepEqual(it.info.kinds, ['micropython-app', 'esp32-image']);
  assert.equal(it.info.firmware_bytes, SLOT_BYTES);
  assert.equal((await deliver(it, TELLS, { session: 1 })).state, 'confirmed');
  await runsOn(it, '1.27.0');
  const image = firmwareImage({ release: '1.28.0' }, 100_001);
  it.hub.answersReports = false;
  it.hub.offer(image, { session: 2, ...KIND });
  await it.hub.waitFor('ota/report', (b) => b.session === 2 && b.state === 'applying');
  assert.ok(fs.readFileSync(path.join(it.partitions, 'ota_1')).subarray(0, image.length).equals(image));
  assert.deepEqual(it.otadata().ota_1, { sequence: 1, state: 'pending_verify' });
  assert.ok(it.pending());
  it.hub.answersReports = true;
  const report = await it.hub.waitFor('ota/report', (b) => b.session === 2 && b.state !== 'applying');
  assert.deepEqual([report.state, report.id, report.sequence], ['confirmed', 'micropython', 2]);
  assert.equal(it.otadata().ota_1.state, 'valid');
  await runsOn(it, '1.28.0');
  let from = it.hub.messages.length;
  await it.device.powerOff();
  await it.powerOn();
  await runsOn(it, '1.28.0', from);
  assert.ok(!it.pending());
  // And the next one goes to the first slot; a program in between goes to its own.
  assert.equal((await deliver(it, program('between'), { session: 3 })).state, 'confirmed');
  assert.equal((await deliver(it, firmwareImage({ release: '1.29.0' }, 30000), { session: 4, ...KIND })).state, 'confirmed');
  assert.equal(it.otadata().ota_0.state, 'valid');
  await it.hub.waitFor('telemetry', (b) => b.program === 'between', { from: it.hub.messages.length });
  it.hub.offer(firmwareImage({ release: '1.28.0' }), { session: 5, sequence: 4, ...KIND });
  assert.equal((await it.hub.waitFor('ota/reject', (b) => b.session === 5)).code, 'sequence_not_above');
});

test('without a program the agent alone is what a firmware is judged by', async (t) => {
  const it = await board(t);
  assert.equal((await deliver(it, firmwareImage({ release: '1.28.0' }, 9000), { session: 1, ...KIND })).state, 'confirmed');
});

test('a firmware that crashes before MicroPython starts is tried 3 times, and the old one reports it', async (t) => {
  const it = await board(t);
  assert.equal((await deliver(it, TELLS, { session: 1 })).state, 'confirmed');
  const report = await deliver(it, firmwareImage({ release: '1.28.0', crashes: true }, 9000), { session: 2, ...KIND });
  assert.deepEqual([report.state, report.code], ['rolled_back', 'crash_loop']);
  assert.match(report.reason, /went back 3 times/);
  await runsOn(it, '1.27.0');
  assert.equal((await deliver(it, firmwareImage({ release: '1.28.1' }, 9000), { session: 3, ...KIND })).state, 'confirmed');
});

test('a firmware under which the program faults is given up', async (t) => {
  const it = await board(t, { settings: { healthy_after_ms: 4000 }, device: { speed: 4 } });
  const picky = `${TELLS}\nif os.uname()[2] != '1.27.0':\n    import machine_of_old\n`;
  assert.equal((await deliver(it, picky, { session: 1 })).state, 'confirmed');
  const report = await deliver(it, firmwareImage({ release: '1.28.0' }, 9000), { session: 2, ...KIND });
  assert.deepEqual([report.state, report.code], ['rolled_back', 'crash_loop']);
  assert.match(report.reason, /machine_of_old/);
  await runsOn(it, '1.27.0');
});

test('a firmware that does not reach the hub is given up after its patience', async (t) => {
  const it = await board(t, { settings: { hub_patience_ms: 2000 } });
  assert.equal((await deliver(it, TELLS, { session: 1 })).state, 'confirmed');
  it.hub.offer(firmwareImage({ release: '1.28.0' }, 9000), { session: 2, ...KIND });
  await it.hub.waitFor('ota/verify', (b) => b.session === 2 && b.sha256);
  it.hub.answersHello = false;
  await it.device.waitForLine(/edgemesh: boots/, 20000);
  const boots = it.device.boots;
  while (it.device.boots < boots + 3) await new Promise((resolve) => { it.device.once('boot', resolve); });
  it.hub.answersHello = true;
  const report = await it.hub.waitFor('ota/report', (b) => b.session === 2 && b.state === 'rolled_back');
  assert.equal(report.code, 'hub_unreachable');
  await runsOn(it, '1.27.0');
});

test('a firmware under which the agent cannot start is reset by the watchdog, and the old one comes back', async (t) => {
  const main = fs.readFileSync(new URL('../../../device/micropython/main.py', import.meta.url), 'utf8');
  // Where the agent's import fails, as it would where the new firmware lacks what it needs.
  const broken = main.replace('from edgemesh.agent', "if os.uname()[2] == '1.28.0':\n    raise ImportError('no module of old')\nfrom edgemesh.agent");
  const it = await board(t, { extra: { 'main.py': broken }, device: { speed: 60 }, settings: { watchdog_ms: 600000 } });
  const report = await deliver(it, firmwareImage({ release: '1.28.0' }, 9000), { session: 1, ...KIND }, 60000);
  assert.deepEqual([report.state, report.code], ['rolled_back', 'crash_loop']);
  assert.equal(it.device.output.filter((line) => line.includes('no module of old')).length, 3);
});

test('an image that the bootloader refuses is never booted, and the report says so', async (t) => {
  const it = await board(t);
  const report = await deliver(it, Buffer.alloc(9000, 'not an image'), { session: 1, ...KIND });
  assert.deepEqual([report.state, report.code], ['rolled_back', 'image_invalid']);
  assert.match(report.reason, /ESP_ERR_OTA_VALIDATE_FAILED/);
  assert.deepEqual(it.otadata(), {});
});

test('a board with one slot, one that never goes back, and one that is told not to, take no firmware', async (t) => {
  const one = await rig(t, {});
  const info = await one.hub.waitFor('info');
  assert.deepEqual([info.kinds, info.firmware_bytes], [['micropython-app'], undefined]);
  one.hub.offer(firmwareImage({}, 9000), { session: 1, ...KIND });
  assert.equal((await one.hub.waitFor('ota/reject')).code, 'kind_unsupported');
  for (const options of [{ flash: { rollback: false } }, { settings: { firmware: false } }]) {
    assert.deepEqual((await board(t, options)).info.kinds, ['micropython-app']);
  }
});

test('a transfer goes on after a reset with the first block that is not whole, whatever the size of its chunks', async (t) => {
  const it = await board(t);
  const image = firmwareImage({ release: '1.28.0' }, 60_000);
  it.hub.letsChunk = (sequence) => sequence < 20;
  it.hub.offer(image, { session: 1, chunk_bytes: 1500, ...KIND });
  await it.hub.waitFor('ota/chunk-ack', (b) => b.next === 20);
  await it.device.powerOff();
  const from = it.hub.messages.length;
  it.hub.letsChunk = () => true;
  await it.powerOn();
  const { next } = await it.hub.waitFor('ota/accept', () => true, { from });
  // 20 chunks are 30,000 bytes, so 7 blocks are whole: 28,672 bytes, in which 19 chunks are whole. A flush may be a second late.
  assert.ok(next > 0 && next <= 19, `${next}`);
  const report = await it.hub.waitFor('ota/report', (b) => b.state !== 'applying');
  assert.equal(report.state, 'confirmed');
});
});

// Every twentieth call by default, since each is three boots and more; POWER_CUTS=all does them all, of both kinds, in some 3 minutes.
const STRIDE = process.env.POWER_CUTS === 'all' ? 1 : 20;
const CUTS = [{ written: 700, unflushed: 'lost' }, { written: 0, unflushed: 'kept' }].slice(0, STRIDE === 1 ? 2 : 1);

describe('power cuts', { concurrency: true }, () => {
  for (const kind of CUTS) {
    test(`power cuts amid a firmware's update (what is not flushed is ${kind.unflushed}): the board comes up, and the update gets there`, { timeout: 300000 }, async (t) => {
      const it = await board(t, { settings: { healthy_after_ms: 50 } });
      assert.equal((await deliver(it, TELLS, { session: 1 })).state, 'confirmed');
      await runsOn(it, '1.27.0');
      await it.device.powerOff();
      const image = firmwareImage({ release: '1.28.0' }, 9000);
      const clean = [it.folder, it.partitions].map((folder) => {
        const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'clean-'));
        fs.cpSync(folder, copy, { recursive: true });
        t.after(() => fs.rmSync(copy, { recursive: true }));
        return [folder, copy];
      });
      let cuts = 0;
      const offer = () => it.hub.offer(image, { session: 9, chunk_bytes: 1500, ...KIND });
      const confirmed = () => it.hub.waitFor('ota/report', (b) => b.session === 9 && b.state === 'confirmed', { timeout_ms: 60000 });
      // The boots of one update: the transfer, the start of the new one by the old one, the trial.
      for (let boot = 0; boot < 3; boot++) {
        for (let at = STRIDE === 1 ? 1 : 5; ; at += STRIDE) {
          for (const [folder, copy] of clean) { fs.rmSync(folder, { recursive: true }); fs.cpSync(copy, folder, { recursive: true }); }
          it.hub.messages.length = 0;
          it.hub.transfer = null;
          let end;
          for (let before = 0; before <= boot && end !== 'off'; before++) {
            const device = await it.powerOn({ speed: 8, reboot: false, ...(before === boot ? { cut: { at, ...kind } } : {}) });
            const done = (async () => {
              if (before === 0) { await it.hub.waitFor('info'); offer(); }
              await confirmed();
              await it.hub.waitFor('telemetry', (b) => b.release === '1.28.0');
            })().catch(() => {});
            await Promise.race([device.finished, done]);
            await device.powerOff();
            ({ end } = await device.finished);
          }
          // A cut may come after all was said: then there is nothing to say again.
          const heard = it.hub.messages.some((m) => m.kind === 'ota/report' && m.body.session === 9 && m.body.state === 'confirmed');
          it.hub.messages.length = 0;
          await it.powerOn({ speed: 8 });
          await it.hub.waitFor('info');
          if (!it.hub.transfer) offer();
          if (!heard) await confirmed().catch((error) => { throw new Error(`cut at ${at} of boot ${boot}: ${error.message}\n${it.device.output.join('\n')}`); });
          await it.hub.waitFor('telemetry', (b) => b.release === '1.28.0');
          await it.device.powerOff();
          if (end !== 'cut') break;
          cuts++;
        }
      }
      console.log(`counted: firmware: ${cuts} power cuts`);
      assert.ok(cuts * STRIDE >= 20);
    });
  }
});
