import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { deliver, program, rig } from './rig.mjs';

/** A device that runs a confirmed program called good, sequence 1. */
async function running(t, settings) {
  const it = await rig(t, { settings });
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, program('good'), { session: 1 })).state, 'confirmed');
  it.from = it.hub.messages.length;
  return it;
}

test('a program that crashes at its start is rolled back after 3 attempts, with its exception as the cause', async (t) => {
  const it = await running(t);
  const report = await deliver(it, 'import time\nraise ValueError("no pin 99")\n', { session: 2 });
  assert.equal(report.state, 'rolled_back');
  assert.equal(report.code, 'crash_loop');
  assert.equal(report.reason, 'ValueError: no pin 99');
  await it.hub.waitFor('telemetry', (b) => b.program === 'good', { from: it.hub.messages.length });
  assert.equal(it.device.boots, 6, 'without a program, with the good one, three attempts, back');
});

test('a program that crashes later on trial is rolled back too, whatever it raises', async (t) => {
  const it = await running(t, { healthy_after_ms: 2000 });
  const report = await deliver(it, 'import time\ndef main():\n    time.sleep(0.05)\n    raise SystemExit\n', { session: 2 });
  assert.equal(report.state, 'rolled_back');
  assert.equal(report.reason, 'SystemExit:');
});

test('a program that neither sleeps nor returns is ended by the watchdog and rolled back', async (t) => {
  const it = await running(t, { watchdog_ms: 2000 });
  const resets = [];
  it.device.on('reset', (cause) => resets.push(cause));
  const report = await deliver(it, 'while True: pass\n', { session: 2 }, 60000);
  assert.equal(report.state, 'rolled_back');
  assert.equal(report.code, 'crash_loop');
  assert.match(report.reason, /reset 3 times/);
  assert.deepEqual(resets, ['hard', 'watchdog', 'watchdog', 'watchdog']);
  await it.hub.waitFor('telemetry', (b) => b.program === 'good', { from: it.hub.messages.length });
});

test('a program that does not compile is rolled back with its SyntaxError', async (t) => {
  const it = await running(t);
  const report = await deliver(it, 'def setup(:\n', { session: 2 });
  assert.equal(report.state, 'rolled_back');
  assert.match(report.reason, /^SyntaxError/);
});

test('a rolled back image is not tried again, a newer one is', async (t) => {
  const it = await running(t);
  await deliver(it, '1 / 0\n', { session: 2 });
  assert.equal((await deliver(it, program('better'), { session: 3 })).state, 'confirmed');
  await it.hub.waitFor('telemetry', (b) => b.program === 'better');
  it.hub.offer(program('good'), { session: 4, sequence: 3 });
  assert.equal((await it.hub.waitFor('ota/reject')).code, 'sequence_not_above');
});

test('a program with which the hub cannot be reached is condemned once the old one reaches it', async (t) => {
  const it = await running(t, { hub_patience_ms: 1500 });
  it.hub.offer(program('deaf'), { session: 2 });
  await it.hub.waitFor('ota/verify', (b) => b.sha256 !== undefined && b.session === 2);
  it.hub.answersHello = false;
  // Two boots before; the trial; the old program on probation, which then reaches the hub.
  while (it.device.boots < 4) await once(it.device, 'reset');
  it.hub.answersHello = true;
  const report = await it.hub.waitFor('ota/report', (b) => b.session === 2 && b.state === 'rolled_back');
  assert.equal(report.code, 'hub_unreachable');
  await it.hub.waitFor('telemetry', (b) => b.program === 'good', { from: it.hub.messages.length });
});

test('a slot damaged while the power was off is not run; the program before it is', async (t) => {
  const it = await running(t);
  assert.equal((await deliver(it, program('newer'), { session: 2 })).state, 'confirmed');
  await it.hub.waitFor('telemetry', (b) => b.program === 'newer');
  await it.device.powerOff();
  const slot = ['a.img', 'b.img'].map((name) => path.join(it.folder, 'state', name)).find((name) => fs.readFileSync(name, 'utf8').includes('newer'));
  fs.writeFileSync(slot, fs.readFileSync(slot, 'utf8').replace('newer', 'never'));
  const from = it.hub.messages.length;
  await it.powerOn();
  assert.equal((await it.hub.waitFor('telemetry', () => true, { from })).program, 'good');
});

test('a confirmed slot that cannot be read is not run and not forgotten, and the log says what failed', async (t) => {
  const it = await running(t);
  await it.hub.waitFor('telemetry', (b) => b.program === 'good');
  await it.device.powerOff();
  const slot = ['a.img', 'b.img'].map((name) => path.join(it.folder, 'state', name)).find((name) => fs.existsSync(name));
  const image = fs.readFileSync(slot);
  fs.rmSync(slot);
  // A folder: it is there, and to read it fails.
  fs.mkdirSync(slot);
  let from = it.hub.messages.length;
  await it.powerOn();
  await it.device.waitForLine(/Slot . cannot be read: OSError/);
  await it.hub.waitFor('info', (b) => b.program_id === undefined, { from });
  assert.ok(!it.device.output.some((line) => line.includes('boot record')), it.device.output.join('\n'));
  await it.device.powerOff();
  fs.rmdirSync(slot);
  fs.writeFileSync(slot, image);
  from = it.hub.messages.length;
  await it.powerOn();
  assert.equal((await it.hub.waitFor('telemetry', () => true, { from })).program, 'good');
});
