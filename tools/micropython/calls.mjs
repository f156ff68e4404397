// What the device's own modules ask of the board apart from sockets and files: time, watchdog, reset, randomness, ciphers.
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

/** Words of the control block: WAKE counts changes the device's thread may be waiting for. */
export const WAKE = 0;
/** Doubles of the control block, from byte 16: the watchdog's deadline on the host's clock in ms (0: none), and by how many
 *  seconds the device's real-time clock was set ahead of its uptime. */
export const DEADLINE = 0, CLOCK = 1;
/** The host's monotonic clock in milliseconds; one for all threads. */
export const hostNow_ms = () => Number(process.hrtime.bigint()) / 1e6;

/** What the host says is in the air: JSON in shared memory, after its length in bytes. '' for a station that always finds its access point. */
export const AIR_BYTES = 2048;
export function writeAir(shared, air) {
  const text = air ? Buffer.from(JSON.stringify(air)) : Buffer.alloc(0);
  new Uint8Array(shared, 4).set(text);
  Atomics.store(new Int32Array(shared, 0, 1), 0, text.length);
}
export const readAir = (shared) => Buffer.from(new Uint8Array(shared, 4, Atomics.load(new Int32Array(shared, 0, 1), 0))).toString();

// 2000-01-01T00:00:00Z in Unix seconds: the ESP32's epoch, and where its clock stands after power-on.
const EPOCH_2000 = 946684800;

export function createCalls({ control, speed, bootedAt_ms, resetCause, uniqueId, bytes, post, stop, calls }) {
  const words = new Int32Array(control), doubles = new Float64Array(control, 16);
  const uptime_ms = () => (hostNow_ms() - bootedAt_ms) * speed;
  let watchdog_ms = 0, timers = 0;
  const feed = () => { if (watchdog_ms) doubles[DEADLINE] = hostNow_ms() + watchdog_ms / speed; };

  return {
    ticks_ms: () => Math.floor(uptime_ms()) & 0x3fffffff,
    ticks_us: () => Math.floor(uptime_ms() * 1000 % 0x40000000),
    /** Seconds since 1970 on the device's clock, always with a fraction, since whole numbers cross the bridge in 32 bits. */
    time: () => EPOCH_2000 + doubles[CLOCK] + uptime_ms() / 1000 + 1e-6,
    set_time: (seconds) => { doubles[CLOCK] = seconds - EPOCH_2000 - uptime_ms() / 1000; },
    /** Blocks for a time, or until something changes on a socket since `seen`; below 0 for ever. */
    wake_count: () => Atomics.load(words, WAKE) & 0x3fffffff,
    wait: (ms, seen) => {
      if (seen < 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms / speed);
      else if ((Atomics.load(words, WAKE) & 0x3fffffff) === seen) Atomics.wait(words, WAKE, Atomics.load(words, WAKE), ms < 0 ? Infinity : ms / speed);
    },
    set_timers: (count) => { timers = count; },
    timers_active: () => timers > 0,
    watchdog_start: (timeout_ms) => { watchdog_ms = timeout_ms; feed(); post({ watchdog: true }); },
    watchdog_feed: feed,
    reset: (cause) => stop({ end: 'reset', cause, calls: calls() }),
    deep_sleep: (ms) => stop({ end: 'reset', cause: 'deepsleep', sleep_ms: ms, calls: calls() }),
    reset_cause: () => resetCause,
    unique_id: () => uniqueId,
    random: (address, count) => { randomFillSync(bytes(), address, count); },
    /** AES in place over whole blocks; `iv` is empty for ECB and is replaced by the last block for CBC. */
    aes: (decrypt, cbc, key, keyCount, iv, address, count) => {
      const memory = bytes(), name = `aes-${keyCount * 8}-${cbc ? 'cbc' : 'ecb'}`;
      const input = Buffer.from(memory.subarray(address, address + count));
      const cipher = (decrypt ? createDecipheriv : createCipheriv)(name, memory.slice(key, key + keyCount), cbc ? memory.slice(iv, iv + 16) : null);
      const output = cipher.setAutoPadding(false).update(input);
      memory.set(output, address);
      if (cbc && count) memory.set((decrypt ? input : output).subarray(-16), iv);
    },
  };
}
