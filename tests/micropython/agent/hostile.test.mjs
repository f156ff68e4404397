import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { rig } from './rig.mjs';

/** A broker that answers every connection with these bytes, and then with nothing. */
async function badBroker(t, bytes) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => { if (bytes === null) socket.destroy(); else socket.write(bytes); });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

const CASES = {
  'refuses the account': [Buffer.from('20020005', 'hex'), /refuses the account/],
  'closes at once': [null, /offline/],
  'says nothing': [Buffer.alloc(0), /offline/],
  'sends a length without end': [Buffer.from('20ffffffffff7f', 'hex'), /offline/],
  'sends a packet of another kind': [Buffer.from('20020000f000', 'hex'), /offline/],
  'sends a message whose topic is longer than itself': [Buffer.from('200200003004ffff4141', 'hex'), /offline/],
  'sends a message of quality 2': [Buffer.from('2002000034050001410001', 'hex'), /offline/],
  'sends a topic that is no UTF-8': [Buffer.from('2002000030040002fffe', 'hex'), /offline/],
  'refuses the subscription': [Buffer.from('20020000900400018080', 'hex'), /refuses a subscription/],
};

for (const [what, [bytes, line]] of Object.entries(CASES)) {
  test(`a broker that ${what} is left and tried again, and the agent goes on`, async (t) => {
    const it = await rig(t, { settings: { port: await badBroker(t, bytes) }, hub: false, device: { speed: 4 } });
    await it.device.waitForLine(line);
    await new Promise((resolve) => {
      let seen = 0;
      it.device.on('line', (text) => { if (text.includes('offline') && ++seen === 2) resolve(); });
    });
    assert.equal(it.device.boots, 1);
    assert.ok(!it.device.output.some((text) => text.includes('defect')), it.device.output.join('\n'));
  });
}
