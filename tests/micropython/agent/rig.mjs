// A device with the agent in its flash, a broker and a hub, all real but the hub.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { boot } from '../../../tools/micropython/host.mjs';
import { Broker } from '../broker.mjs';
import { Hub } from '../hub.mjs';

const SOURCE = new URL('../../../device/micropython/', import.meta.url);

/** A flash folder with the agent and its configuration. */
export function flashFolder(settings, extra = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-'));
  fs.mkdirSync(path.join(folder, 'edgemesh'));
  for (const name of ['boot.py', 'main.py']) fs.copyFileSync(new URL(name, SOURCE), path.join(folder, name));
  for (const name of fs.readdirSync(new URL('edgemesh/', SOURCE))) {
    if (name.endsWith('.py')) fs.copyFileSync(new URL(`edgemesh/${name}`, SOURCE), path.join(folder, 'edgemesh', name));
  }
  fs.writeFileSync(path.join(folder, 'edgemesh.json'), JSON.stringify(settings));
  for (const [name, content] of Object.entries(extra)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

/** Broker, hub, flash and the powered device; everything ends with the test. */
export async function rig(t, { settings = {}, extra = {}, device = {}, power = true, hub = true } = {}) {
  const secret = randomBytes(32), broker = await Broker.start();
  const it = { broker, secret, devices: [] };
  t.after(async () => {
    for (const each of it.devices) await each.powerOff();
    it.hub?.disconnect();
    await broker.close();
    if (!process.env.KEEP) fs.rmSync(it.folder, { recursive: true });
  });
  it.settings = { site: 'home', device: 'porch', type: 'esp32-mpy', key: secret.toString('hex'), host: '127.0.0.1', port: broker.port,
    healthy_after_ms: 300, report_retry_ms: 1000, wifi: [{ ssid: 'lab', password: 'secret-password' }], ...settings };
  it.folder = flashFolder(it.settings, extra);
  if (hub) it.hub = await new Hub(broker.port, { secret }).connect();
  it.powerOn = async (more = {}) => {
    it.device = await boot({ flash: it.folder, ...device, ...more });
    if (process.env.VERBOSE) it.device.on('line', (line) => console.log('   |', line));
    it.devices.push(it.device);
    return it.device;
  };
  if (power) await it.powerOn();
  return it;
}

/** Delivers an image and waits for what becomes of it. */
export async function deliver(it, image, options, timeout_ms = 30000) {
  it.hub.offer(image, options);
  return it.hub.waitFor('ota/report', (body) => body.session === options.session && body.state !== 'applying', { timeout_ms });
}

/** A program of about so many bytes that publishes its name. */
export const program = (name, bytes = 0) => `import edgemesh, time
def setup():
    edgemesh.log('setup of ${name}')
def loop():
    edgemesh.publish(program='${name}')
    time.sleep(0.2)
${`# ${'x'.repeat(77)}\n`.repeat(Math.ceil(bytes / 80))}`;

/** A rig whose device runs this program, confirmed. */
export async function running(t, source, options = {}) {
  const it = await rig(t, options);
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, source, { session: 1 })).state, 'confirmed');
  return it;
}
