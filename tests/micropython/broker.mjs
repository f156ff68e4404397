// A real Mosquitto on a free loopback port, in a temporary folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class Broker {
  #process; #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'broker-'));
  port;

  static async start() {
    const broker = new Broker();
    broker.port = await freePort();
    fs.writeFileSync(path.join(broker.#folder, 'mosquitto.conf'),
      `listener ${broker.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n`);
    await broker.start();
    return broker;
  }

  /** Starts it, and returns once it answers. */
  async start() {
    const child = spawn('/usr/sbin/mosquitto', ['-c', path.join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    this.#process = child;
    for (let tries = 0; tries < 200; tries++) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      const socket = net.connect(this.port, '127.0.0.1');
      const answered = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
      socket.destroy();
      if (answered) return;
      await new Promise((resolve) => { setTimeout(resolve, 25); });
    }
    throw new Error('mosquitto does not answer');
  }

  /** Ends it; every connection is gone. */
  async stop() {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close() {
    await this.stop();
    fs.rmSync(this.#folder, { recursive: true });
  }
}
