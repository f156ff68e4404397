// MQTT 3.1.1 over a raw socket, as much as a test hub needs.
import { EventEmitter, once } from 'node:events';
import net from 'node:net';

const text = (value) => { const data = Buffer.from(value); return Buffer.concat([Buffer.from([data.length >> 8, data.length & 255]), data]); };

function packet(first, ...parts) {
  const body = Buffer.concat(parts), head = [first];
  let length = body.length;
  do { head.push((length & 127) | (length > 127 ? 128 : 0)); length >>= 7; } while (length);
  return Buffer.concat([Buffer.from(head), body]);
}

/** Emits 'message' (topic, payload, retained) and 'close'. */
export class MqttSocket extends EventEmitter {
  #socket; #input = Buffer.alloc(0); #id = 0;

  static async connect(port, clientId, will) {
    const client = new MqttSocket();
    client.#socket = net.connect(port, '127.0.0.1');
    client.#socket.on('error', () => {});
    client.#socket.on('close', () => client.emit('close'));
    client.#socket.on('data', (data) => client.#take(data));
    const flags = 2 | (will ? 4 | 8 | 32 : 0);
    client.#socket.write(packet(0x10, text('MQTT'), Buffer.from([4, flags, 0, 0]), text(clientId), ...(will ? [text(will.topic), text(will.payload)] : [])));
    await once(client, 'greeted');
    return client;
  }

  publish(topic, payload, { qos = 0, retain = false } = {}) {
    this.#socket.write(packet(0x30 | (qos << 1) | (retain ? 1 : 0), text(topic), qos ? this.#nextId() : Buffer.alloc(0), Buffer.from(payload)));
  }

  async subscribe(...topics) {
    this.#socket.write(packet(0x82, this.#nextId(), ...topics.map((topic) => Buffer.concat([text(topic), Buffer.from([1])]))));
    await once(this, 'subscribed');
  }

  destroy() { this.#socket.destroy(); }

  #nextId() { this.#id = (this.#id % 65535) + 1; return Buffer.from([this.#id >> 8, this.#id & 255]); }

  #take(data) {
    this.#input = Buffer.concat([this.#input, data]);
    for (;;) {
      let length = 0, at = 1, byte;
      do {
        if (at >= this.#input.length) return;
        byte = this.#input[at];
        length |= (byte & 127) << (7 * (at - 1));
        at++;
      } while (byte & 128);
      if (this.#input.length < at + length) return;
      const first = this.#input[0], body = this.#input.subarray(at, at + length);
      this.#input = this.#input.subarray(at + length);
      this.#handle(first, body);
    }
  }

  #handle(first, body) {
    const kind = first >> 4;
    if (kind === 2) this.emit(body[1] === 0 ? 'greeted' : 'close');
    else if (kind === 9) this.emit('subscribed');
    else if (kind === 3) {
      const qos = (first >> 1) & 3, end = 2 + body.readUInt16BE(0);
      if (qos) this.#socket.write(packet(0x40, body.subarray(end, end + 2)));
      this.emit('message', body.subarray(2, end).toString(), Buffer.from(body.subarray(end + (qos ? 2 : 0))), (first & 1) === 1);
    }
  }
}
