// An update from one program to another, for tests that hurt it at every file-system call.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deliver, program, rig } from './rig.mjs';

export const OLD = program('old', 1200), NEW = program('new', 4600);
export const OFFER = { session: 9, sequence: 9, chunk_bytes: 1024, window: 4 };

/** The flash before a stage: of a delivery the old program is confirmed, of a trial the new one boots next. */
export async function before(t, stage) {
  const it = await rig(t, { settings: { healthy_after_ms: 50, chunk_bytes: 1024, window: 4 } });
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, OLD, { session: 1, chunk_bytes: 1024 })).state, 'confirmed');
  await it.hub.waitFor('telemetry', (b) => b.program === 'old');
  await it.device.powerOff();
  if (stage === 'trial') {
    await it.powerOn({ reboot: false });
    it.hub.offer(NEW, OFFER);
    assert.equal((await it.device.finished).end, 'reset');
  }
  it.hub.disconnect();
  const image = fs.mkdtempSync(path.join(os.tmpdir(), 'image-'));
  fs.cpSync(it.folder, image, { recursive: true });
  t.after(() => fs.rmSync(image, { recursive: true }));
  return { it, image };
}

/** Puts the flash and the hub back to before the stage; the hub is connected, and one chunk will go missing. */
export async function again(it, image) {
  fs.rmSync(it.folder, { recursive: true });
  fs.cpSync(image, it.folder, { recursive: true });
  it.hub.messages.length = 0;
  it.hub.sent.length = 0;
  it.hub.transfer = null;
  const missed = new Set();
  it.hub.letsChunk = (sequence) => sequence !== 1 || missed.has(1) || !missed.add(1);
  await it.hub.connect();
}
