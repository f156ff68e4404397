import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NEW, OFFER, again, before } from './update.mjs';

const UNWRITTEN = 'The boot record cannot be written';

/** Resolves once the device has said so many times that a record cannot be written. */
const unwritten = (device, times) => new Promise((resolve) => {
  const look = () => { if (device.output.filter((line) => line.includes(UNWRITTEN)).length >= times) resolve(); };
  device.on('line', look);
  look();
});

/** One boot that finds its flash full, then one with room; answers whether the first noticed. */
async function fullOnce(it, image, full, stage) {
  await again(it, image);
  const at = `flash full ${JSON.stringify(full)} in the ${stage}`;
  const device = await it.powerOn({ full, reboot: false });
  const explained = (promise) => promise.catch((error) => { throw new Error(`${at}: ${error.message}\n${it.device.output.join('\n')}`); });
  if (stage === 'delivery') { await explained(it.hub.waitFor('info')); it.hub.offer(NEW, OFFER); }
  const told = it.hub.waitFor('ota/report', (b) => b.session === OFFER.session && b.state !== 'applying').catch(() => null);
  const aborted = it.hub.waitFor('ota/abort').catch(() => null);
  // Twice: what could not be written is written again before the hub hears of it.
  await Promise.race([device.finished, told, aborted, unwritten(device, 2)]);
  if (stage === 'trial') assert.ok(['old', 'new'].includes((await explained(it.hub.waitFor('telemetry'))).program), at);
  await device.powerOff();
  const noticed = device.output.some((line) => line.includes(UNWRITTEN) || line.includes("The update's storage failed"));
  assert.ok(!device.output.some((line) => /defect|the connection failed/.test(line)), `${at}\n${device.output.join('\n')}`);
  const report = it.hub.messages.find((m) => m.kind === 'ota/report' && m.body.session === OFFER.session && m.body.state !== 'applying')?.body;
  const ended = report?.state === 'rolled_back' || it.hub.messages.some((m) => m.kind === 'ota/abort');
  if (ended) it.hub.transfer = null;

  it.hub.messages.length = 0;
  await it.powerOn();
  const { program: runs } = await explained(it.hub.waitFor('telemetry'));
  assert.ok(['old', 'new'].includes(runs), at);
  if (report) assert.equal(runs, report.state === 'confirmed' ? 'new' : 'old', `${at}: the hub was told ${report.state}`);
  if (report?.state !== 'confirmed') {
    const offer = ended ? { ...OFFER, session: 10, sequence: 10 } : OFFER;
    if (!it.hub.transfer) it.hub.offer(NEW, offer);
    const final = await explained(it.hub.waitFor('ota/report', (b) => b.state === 'confirmed'));
    assert.ok([OFFER.session, offer.session].includes(final.session), at);
    await explained(it.hub.waitFor('telemetry', (b) => b.program === 'new'));
  }
  await it.device.powerOff();
  it.hub.disconnect();
  return noticed;
}

describe('full flash', { concurrency: true }, () => {
  for (const stage of ['delivery', 'trial']) {
    test(`flash full from any file-system call of a ${stage} on, for one, four or all of them: a program runs, and the update gets there`, { timeout: 600000 }, async (t) => {
      const { it, image } = await before(t, stage);
      let calls = 0;
      while (await fullOnce(it, image, { at: calls + 1 }, stage)) calls++;
      let noticed = calls;
      for (const count of [1, 4]) {
        for (let at = 1; at <= calls; at++) if (await fullOnce(it, image, { at, count }, stage)) noticed++;
      }
      console.log(`counted: ${stage}: ${noticed} full flashes at ${calls} calls`);
      assert.ok(calls >= 3);
    });
  }
});
