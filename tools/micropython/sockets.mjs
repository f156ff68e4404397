// The device thread's end of its sockets: blocking calls over the shared rings that network.mjs fills.
import { RING_BYTES, HEADER_BYTES, STATE, ERROR, ENDED, READ, WRITTEN, ACKED, PAUSED, IDLE, CONNECTING, OPEN, CLOSED } from './network.mjs';

const EAGAIN = 11, EBADF = 9, ECONNRESET = 104, ETIMEDOUT = 116, EINPROGRESS = 119, EISCONN = 127, ENOTCONN = 128, EAI_FAIL = 202;
const POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16;
// TCP_SND_BUF of the ESP32's lwIP: what a send may leave outstanding, hence how partial writes come about.
const SEND_BUFFER_BYTES = 5744;

/**
 * The calls that the device's socket module makes. Sizes and results are in bytes, a negative result is an errno.
 * Timeouts are in milliseconds; below 0 means for ever, 0 means do not block.
 * @param post sends a request to the host's thread
 * @param heap gives the interpreter's memory as bytes
 * @param waitUntil (predicate, timeout_ms) blocks until the predicate gives a value; undefined when time is up
 */
export function createSockets(post, heap, waitUntil) {
  const sockets = new Map();
  let nextId = 3;

  const word = (socket, index) => Atomics.load(socket.words, index);
  const available = (socket) => (word(socket, WRITTEN) - word(socket, READ)) >>> 0;
  const room = (socket) => SEND_BUFFER_BYTES - ((socket.sent - word(socket, ACKED)) >>> 0);
  const failure = (socket) => (word(socket, ERROR) ? -word(socket, ERROR) : undefined);
  const late = (timeout_ms) => (timeout_ms === 0 ? -EAGAIN : -ETIMEDOUT);

  function take(socket, address, count) {
    const read = word(socket, READ) >>> 0, at = read % RING_BYTES, first = Math.min(count, RING_BYTES - at);
    const memory = heap();
    memory.set(socket.ring.subarray(at, at + first), address);
    memory.set(socket.ring.subarray(0, count - first), address + first);
    Atomics.store(socket.words, READ, (read + count) | 0);
    if (word(socket, PAUSED)) post({ op: 'resume', id: socket.id });
    return count;
  }

  const opened = (socket) => failure(socket) ?? (word(socket, STATE) === OPEN ? 0 : word(socket, STATE) === CLOSED ? -ECONNRESET : undefined);

  return {
    socket_new() {
      const shared = new SharedArrayBuffer(HEADER_BYTES + RING_BYTES), id = nextId++;
      sockets.set(id, { id, shared, sent: 0, words: new Int32Array(shared, 0, HEADER_BYTES / 4),
        ring: new Uint8Array(shared, HEADER_BYTES, RING_BYTES) });
      return id;
    },

    socket_connect(id, host, port, timeout_ms) {
      const socket = sockets.get(id);
      if (!socket) return -EBADF;
      if (word(socket, STATE) !== IDLE) return opened(socket) === 0 ? -EISCONN : -EINPROGRESS;
      Atomics.store(socket.words, STATE, CONNECTING);
      post({ op: 'connect', id, host, port, shared: socket.shared });
      if (timeout_ms === 0) return -EINPROGRESS;
      return waitUntil(() => opened(socket), timeout_ms) ?? -ETIMEDOUT;
    },

    /** Without `wait` the handshake goes on by itself; until it is done nothing can be sent or received. */
    socket_start_tls(id, name, ca, verify, cert, key, wait) {
      const socket = sockets.get(id);
      if (!socket) return -EBADF;
      if (word(socket, STATE) !== OPEN) return -ENOTCONN;
      Atomics.store(socket.words, STATE, CONNECTING);
      post({ op: 'tls', id, name, verify, ca: ca || undefined, cert: cert || undefined, key: key || undefined });
      return wait ? waitUntil(() => opened(socket), -1) : 0;
    },

    /** Blocking: writes all or what was possible before the timeout. Non-blocking: what fits. */
    socket_send(id, address, count, timeout_ms) {
      const socket = sockets.get(id);
      if (!socket) return -EBADF;
      if (word(socket, STATE) === IDLE) return -ENOTCONN;
      let sent = 0;
      while (sent < count) {
        const space = waitUntil(() => failure(socket) ?? (word(socket, STATE) === CLOSED ? -ECONNRESET
          : word(socket, STATE) === OPEN && room(socket) > 0 ? room(socket) : undefined), timeout_ms);
        if (space === undefined || space < 0) return sent || (space ?? late(timeout_ms));
        const bytes = heap().slice(address + sent, address + sent + Math.min(space, count - sent));
        socket.sent = (socket.sent + bytes.length) | 0;
        sent += bytes.length;
        post({ op: 'send', id, bytes });
        if (timeout_ms === 0) break;
      }
      return sent;
    },

    /** What has arrived, at most `count`; 0 when the peer has ended. */
    socket_receive(id, address, count, timeout_ms) {
      const socket = sockets.get(id);
      if (!socket) return -EBADF;
      if (word(socket, STATE) === IDLE) return -ENOTCONN;
      return waitUntil(() => {
        const ready = Math.min(available(socket), count);
        return ready > 0 ? take(socket, address, ready) : failure(socket) ?? (word(socket, ENDED) ? 0 : undefined);
      }, timeout_ms) ?? late(timeout_ms);
    },

    socket_poll(id, events) {
      const socket = sockets.get(id);
      if (!socket) return 32;
      const state = word(socket, STATE), ended = word(socket, ENDED) || word(socket, ERROR);
      return (events & POLLIN && (available(socket) || ended) ? POLLIN : 0)
        | (events & POLLOUT && state === OPEN && room(socket) > 0 ? POLLOUT : 0)
        | (word(socket, ERROR) ? POLLERR : 0) | (ended && state !== CONNECTING ? POLLHUP : 0);
    },

    socket_close(id) {
      const socket = sockets.get(id);
      if (socket && word(socket, STATE) !== IDLE) post({ op: 'close', id });
      sockets.delete(id);
      return 0;
    },

    /** The IPv4 address of a name, dotted; or a negative number as text where there is none. */
    socket_lookup(host) {
      const words = new Int32Array(new SharedArrayBuffer(20));
      post({ op: 'lookup', host, shared: words.buffer });
      return waitUntil(() => Atomics.load(words, 0) || undefined, -1) === 1 ? words.subarray(1).join('.') : `-${EAI_FAIL}`;
    },
  };
}
