import assert from 'node:assert/strict';
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
