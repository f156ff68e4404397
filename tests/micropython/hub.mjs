// The hub's side of one device, scripted: handshake, signatures, a plain windowed sender. Everything that arrives is kept.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { MqttSocket } from './mqtt.mjs';

const ROOT = 'edgemesh/v1';
const none = Buffer.alloc(0);
const hmac = (key, ...parts) => { const mac = createHmac('sha256', key); for (const part of parts) mac.update(part); return mac.digest(); };

export function deviceKey(secret, site, device) {
  const derive = (salt, use) => Buffer.from(hkdfSync('sha256', secret, salt, `${ROOT} ${use} ${site}/${device}`, 32));
  return {
    handshake: derive(none, 'handshake'),
    password: derive(none, 'broker-password').toString('base64url'),
    session: (deviceNonce, hubNonce) => {
      const salt = Buffer.concat([deviceNonce, hubNonce]);
      return { up: derive(salt, 'session-up'), down: derive(salt, 'session-down'),
        secretUp: derive(salt, 'encryption-up'), secretDown: derive(salt, 'encryption-down') };
    },
  };
}

export function sign(key, topic, body) {
  const open = JSON.stringify(body).slice(0, -1);
  return `${open},"mac":"${hmac(key, `${topic}\0`, open).toString('hex')}"}`;
}

export function verify(key, topic, payload) {
  const at = payload.length - 74;
  return at > 0 && payload.subarray(at).toString() === `,"mac":"${hmac(key, `${topic}\0`, payload.subarray(0, at)).toString('hex')}"}`;
}

function cipherNonce(use, number) {
  const nonce = Buffer.alloc(12);
  nonce[0] = use;
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}

function encrypt(key, nonce, additional, plain) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(additional));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key, nonce, additional, data) {
  const cipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(additional)).setAuthTag(data.subarray(-16));
  return Buffer.concat([cipher.update(data.subarray(0, -16)), cipher.final()]);
}

export class Hub {
  #mqtt; #key; #waiters = new Set(); #counter = 0; #port; #asked = false;
  site; device; boot; keys;
  /** What the device sent: { kind, body, retained }, verified under the session; kind is the topic below up/. */
  messages = [];
  /** Raw copies of what was published to the device: { topic, payload }. */
  sent = [];
  /** Answers to set: whether to answer hello, report; may a chunk go out: (sequence) => boolean. */
  answersHello = true; answersReports = true; letsChunk = () => true; completes = true;
  transfer = null;
  /** What is encrypted, as a welcome names it. */
  encrypts = [];

  constructor(port, { site = 'home', device = 'porch', secret }) {
    this.#port = port;
    this.site = site;
    this.device = device;
    this.#key = deviceKey(secret, site, device);
  }

  topic(below) { return `${ROOT}/${this.site}/devices/${this.device}/${below}`; }

  async connect(boot = randomBytes(8).toString('hex')) {
    this.boot = boot;
    const status = `${ROOT}/${this.site}/hub/status`;
    this.#mqtt = await MqttSocket.connect(this.#port, 'hub', { topic: status, payload: '{"status":"offline"}' });
    this.#mqtt.on('message', (topic, payload, retained) => { if (!retained) this.#take(topic, payload); });
    await this.#mqtt.subscribe(this.topic('up/#'));
    this.#mqtt.publish(status, JSON.stringify({ status: 'online', boot, time: 1800000000 }), { qos: 1, retain: true });
    return this;
  }

  disconnect() { this.#mqtt?.destroy(); }

  /** The first message of a kind that fits, from the `from`th message on, arrived or to come. */
  waitFor(kind, fits = () => true, { from = 0, timeout_ms = 20000 } = {}) {
    const matches = (message) => message.kind === kind && fits(message.body);
    const found = this.messages.slice(from).find(matches);
    if (found) return Promise.resolve(found.body);
    return new Promise((resolve, reject) => {
      const waiter = (message) => { if (matches(message)) { clearTimeout(timer); this.#waiters.delete(waiter); resolve(message.body); } };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`no ${kind} in ${timeout_ms} ms; arrived: ${this.messages.slice(-12).map((m) => `${m.kind} ${JSON.stringify(m.body)}`).join('\n')}`));
      }, timeout_ms);
      this.#waiters.add(waiter);
    });
  }

  /** Signs and sends a message under the session. */
  send(below, body, qos = 1) {
    const topic = this.topic(below), n = ++this.#counter;
    const inner = this.#asked && this.encrypts.includes(below)
      ? { enc: encrypt(this.keys.secretDown, cipherNonce(0, n), `${topic}\0`, JSON.stringify(body)).toString('base64') } : body;
    this.publish(topic, sign(this.keys.down, topic, { ...inner, n }), qos);
  }

  publish(topic, payload, qos = 0) {
    this.sent.push({ topic, payload: Buffer.from(payload) });
    this.#mqtt.publish(topic, payload, { qos });
  }

  /** Offers an image and delivers it; answers what is needed until the device boots. */
  offer(image, { session, sequence = session, id = 'lamp', version = `1.${session}`, type = 'esp32-mpy', chunk_bytes = 4096, window = 8,
    encoding = 'raw', manifest = {}, signed = () => ({}) }) {
    const data = Buffer.from(image);
    const text = JSON.stringify({ id, version, sequence, kind: 'micropython-app', device_type: type, size: data.length,
      sha256: createHash('sha256').update(data).digest('hex'), created: 1800000000, ...manifest });
    this.transfer = { session, data, chunk_bytes, encoding, count: Math.ceil(data.length / chunk_bytes), next: 0, high: 0, window,
      offer: { session, manifest: Buffer.from(text).toString('base64url'), chunk_bytes, window, encoding, ...signed(Buffer.from(text).toString('base64url')) } };
    this.send('down/ota/offer', this.transfer.offer);
    return this.transfer;
  }

  sendChunk(sequence) {
    const { session, data, chunk_bytes, encoding } = this.transfer;
    let part = data.subarray(sequence * chunk_bytes, (sequence + 1) * chunk_bytes);
    if (encoding === 'base64') { this.send('down/ota/chunk', { session, sequence, data: part.toString('base64') }, 0); return; }
    const topic = this.topic('down/ota/chunk'), header = Buffer.alloc(9);
    header[0] = 1;
    header.writeUInt32BE(session, 1);
    header.writeUInt32BE(sequence, 5);
    if (this.#asked && this.encrypts.includes('down/ota/chunk')) {
      part = encrypt(this.keys.secretDown, cipherNonce(1, header.readBigUInt64BE(1)), Buffer.concat([Buffer.from(`${topic}\0`), header]), part);
    }
    this.publish(topic, Buffer.concat([header, hmac(this.keys.down, `${topic}\0`, header, part).subarray(0, 8), part]));
  }

  #take(topic, payload) {
    const kind = topic.slice(this.topic('up/').length);
    if (kind === 'hello') { this.#greet(topic, payload); return; }
    if (payload.length === 0 || payload.toString() === '{"status":"lost"}') { this.#keep(kind, { status: 'lost', will: true }); return; }
    const keys = [this.keys, this.pending].find((pair) => pair && verify(pair.up, topic, payload));
    if (!keys) { this.#keep('unverified', { topic, payload: payload.toString() }); return; }
    if (keys === this.pending) {
      this.keys = keys;
      this.pending = null;
      this.#counter = 0;
      if (this.transfer && !this.transfer.complete) queueMicrotask(() => this.send('down/ota/offer', this.transfer.offer));
    }
    let body = JSON.parse(payload);
    if (this.#asked && this.encrypts.includes(`up/${kind}`)) {
      body = JSON.parse(decrypt(this.keys.secretUp, cipherNonce(0, body.n), `${topic}\0`, Buffer.from(body.enc, 'base64')));
    }
    this.#keep(kind, body);
    this.#answer(kind, body);
  }

  #keep(kind, body) {
    const message = { kind, body };
    this.messages.push(message);
    for (const waiter of [...this.#waiters]) waiter(message);
  }

  #greet(topic, payload) {
    if (!verify(this.#key.handshake, topic, payload)) { this.#keep('unverified', { topic }); return; }
    const { nonce, encrypt: asked, tls, identity = 0 } = JSON.parse(payload);
    this.#keep('hello', { nonce, encrypt: asked, tls, identity });
    this.#asked = asked === true;
    if (!this.answersHello) return;
    const own = randomBytes(16), welcome = this.topic('down/welcome');
    this.pending = this.#key.session(Buffer.from(nonce, 'hex'), own);
    this.publish(welcome, sign(this.#key.handshake, welcome, { device_nonce: nonce, nonce: own.toString('hex'), hub: this.boot, time: 1800000000,
      ...asked && this.encrypts.length ? { encrypt: this.encrypts } : {} }), 1);
  }

  #answer(kind, body) {
    const transfer = this.transfer;
    if (kind === 'ota/report' && this.answersReports) this.send('down/reported', { session: body.session, state: body.state });
    if (!transfer || body.session !== transfer.session) return;
    if (kind === 'ota/accept') { transfer.window = body.window; transfer.next = transfer.high = body.next; transfer.accepted = body.next; this.#push(); }
    else if (kind === 'ota/chunk-ack') this.#acknowledged(body);
    else if (kind === 'ota/verify' && body.sha256 && this.completes) { transfer.complete = true; this.send('down/ota/complete', { session: body.session }); }
  }

  #acknowledged({ next, bitmap }) {
    const transfer = this.transfer, bits = BigInt(`0x${bitmap}`);
    const stuck = next === transfer.next;
    transfer.next = Math.max(transfer.next, next);
    const upTo = bits ? transfer.next + bits.toString(2).length : transfer.next + 1;
    if (bits || stuck) {
      for (let sequence = transfer.next; sequence < Math.min(upTo, transfer.high); sequence++) {
        if (sequence === transfer.next || !(bits >> BigInt(sequence - transfer.next - 1) & 1n)) this.#tryChunk(sequence);
      }
    }
    this.#push();
  }

  #push() {
    const transfer = this.transfer;
    while (transfer.high < Math.min(transfer.count, transfer.next + transfer.window)) this.#tryChunk(transfer.high++);
  }

  #tryChunk(sequence) { if (this.letsChunk(sequence)) this.sendChunk(sequence); }
}
