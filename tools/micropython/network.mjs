// The host's end of the device's sockets: it runs where there is an event loop, while the device's thread blocks. Received
// bytes cross in a ring of shared memory; what the device sends comes as messages.
import dns from 'node:dns';
import net from 'node:net';
import tls from 'node:tls';

/** Bytes of a socket's receive ring and of its header. */
export const RING_BYTES = 65536, HEADER_BYTES = 64;
/** Indices into a socket's header of 32-bit words. READ, WRITTEN and ACKED count bytes modulo 2^32. */
export const STATE = 0, ERROR = 1, ENDED = 2, READ = 3, WRITTEN = 4, ACKED = 5, PAUSED = 6;
/** Values of STATE. */
export const IDLE = 0, CONNECTING = 1, OPEN = 2, CLOSED = 3;
/** Value of ERROR for a certificate that is not trusted; others are errno numbers of the device. */
export const CERTIFICATE_REFUSED = 9984;

// Numbers are newlib's, as the ESP32 raises them. lwIP reports a refused connection as a reset one.
const ERRNO = { ECONNREFUSED: 104, ECONNRESET: 104, EPIPE: 104, ECONNABORTED: 113, ENETUNREACH: 118, EHOSTUNREACH: 118, ETIMEDOUT: 116 };
const EIO = 5;
const CERTIFICATE_ERROR = /CERT|SIGNATURE|SELF_SIGNED|ISSUER|ALTNAME/;

class Connection {
  #socket; #words; #ring; #wake; #rest; #ended = false; #tls = false;

  constructor(shared, wake, host, port) {
    this.#words = new Int32Array(shared, 0, HEADER_BYTES / 4);
    this.#ring = new Uint8Array(shared, HEADER_BYTES, RING_BYTES);
    this.#wake = wake;
    this.#attach(net.connect({ host, port, family: 4 }).setNoDelay(true), 'connect');
  }

  startTls({ name, ca, verify, cert, key, time }) {
    for (const event of ['data', 'end', 'error', 'close']) this.#socket.removeAllListeners(event);
    this.#tls = true;
    try {
      // The ESP32's mbedTLS is built for TLS 1.2; it checks names only where one was given.
      this.#attach(tls.connect({ socket: this.#socket, servername: name && !net.isIP(name) ? name : undefined, host: name || undefined,
        ca, cert, key, rejectUnauthorized: verify, maxVersion: 'TLSv1.2',
        ...(name ? {} : { checkServerIdentity: () => undefined }) }), 'secureConnect', () => !verify || begun(this.#socket, time));
    } catch {
      this.#set(ERROR, EIO);
    }
  }

  send(bytes) { this.#socket.write(bytes, () => { Atomics.add(this.#words, ACKED, bytes.length); this.#wake(); }); }

  /** The device took bytes out of a full ring: goes on filling it. */
  resume() {
    if (!this.#rest) return;
    this.#rest = this.#push(this.#rest);
    if (this.#rest) return;
    Atomics.store(this.#words, PAUSED, 0);
    this.#socket.resume();
    if (this.#ended) this.#set(ENDED, 1);
  }

  close() { this.#socket.destroySoon(); }
  destroy() { this.#socket.destroy(); }

  #attach(socket, ready, accepts = () => true) {
    this.#socket = socket;
    socket.once(ready, () => {
      if (accepts()) { this.#set(STATE, OPEN); return; }
      this.#set(ERROR, CERTIFICATE_REFUSED);
      socket.destroy();
    });
    socket.on('data', (data) => {
      this.#rest = this.#push(data);
      if (this.#rest) { Atomics.store(this.#words, PAUSED, 1); socket.pause(); }
    });
    const end = () => { if (this.#rest) this.#ended = true; else this.#set(ENDED, 1); };
    socket.on('end', end);
    socket.on('error', (error) => {
      const refused = this.#tls && CERTIFICATE_ERROR.test(error.code ?? '');
      this.#set(ERROR, refused ? CERTIFICATE_REFUSED : ERRNO[error.code] ?? EIO);
    });
    socket.on('close', () => { this.#set(STATE, CLOSED); end(); });
  }

  /** Puts what fits into the ring and returns the rest, or undefined. */
  #push(data) {
    const written = Atomics.load(this.#words, WRITTEN) >>> 0;
    const free = RING_BYTES - ((written - Atomics.load(this.#words, READ)) >>> 0);
    const count = Math.min(free, data.length), at = written % RING_BYTES, first = Math.min(count, RING_BYTES - at);
    this.#ring.set(data.subarray(0, first), at);
    this.#ring.set(data.subarray(first, count), 0);
    Atomics.store(this.#words, WRITTEN, (written + count) | 0);
    this.#wake();
    return count < data.length ? data.subarray(count) : undefined;
  }

  #set(index, value) { Atomics.store(this.#words, index, value); this.#wake(); }
}

/** Whether all certificates of the peer have begun by the device's clock. That they have not ended is judged by the host's. */
function begun(socket, time) {
  for (let certificate = socket.getPeerCertificate(true), below; certificate && certificate !== below; certificate = certificate.issuerCertificate) {
    if (Date.parse(certificate.valid_from) / 1000 > time) return false;
    below = certificate;
  }
  return true;
}

/** All connections of one boot of the device. */
export class Network {
  #connections = new Map(); #wake;

  /** @param wake wakes the device's thread after shared state has changed */
  constructor(wake) { this.#wake = wake; }

  /** Carries out one request of the device's thread. */
  request({ op, id, ...request }) {
    if (op === 'connect') this.#connections.set(id, new Connection(request.shared, this.#wake, request.host, request.port));
    else if (op === 'lookup') this.#lookup(request);
    else {
      const connection = this.#connections.get(id);
      if (op === 'send') connection.send(request.bytes);
      else if (op === 'resume') connection.resume();
      else if (op === 'tls') connection.startTls(request);
      else if (op === 'close') { connection.close(); this.#connections.delete(id); }
    }
  }

  /** Power or reset: the connections just die. */
  destroy() { for (const connection of this.#connections.values()) connection.destroy(); }

  #lookup({ host, shared }) {
    const words = new Int32Array(shared);
    dns.lookup(host, 4, (error, address) => {
      // Word 0: 1 found, 2 not found; word 1 to 4: the address's bytes.
      if (!error) address.split('.').forEach((part, index) => { words[1 + index] = Number(part); });
      Atomics.store(words, 0, error ? 2 : 1);
      this.#wake();
    });
  }
}
