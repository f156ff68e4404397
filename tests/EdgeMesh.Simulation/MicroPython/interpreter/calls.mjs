// What the board's modules call. Whole numbers and texts cross the bridge; bytes lie in the interpreter's memory.
// Below 0 is -errno, or a status of link.mjs; the bytes at `shared` tell what every answer tells.
import { createFiles } from './files.mjs';
import { NOTHING } from './link.mjs';

const TICKS_WITHOUT_TIME = 200;
const WAITS_TO_COLLECT = 64;

export function createCalls(link, bytes, collect) {
  const files = new Map();
  let shared = 0, ticks = 0, waits = 0, topic = '';
  const ask = (question, ...words) => {
    const status = link.ask(question, ...words);
    ticks = 0;
    bytes().set([link.spell, link.waiting, link.connected], shared);
    return status;
  };
  const idle = (question, ms, flags) => {
    if (++waits % WAITS_TO_COLLECT === 0) collect();
    link.flags = flags;
    return ask(question, String(ms));
  };
  const copy = (address, count) => Buffer.from(bytes().subarray(address, address + count));

  const calls = {
    /** What there is, by name. */
    names: () => Object.keys(calls).join(' '),
    /** The board boots: what this end counts begins anew, so that the same seed is the same run. */
    begin() {
      ticks = waits = link.fed = link.flags = 0;
      files.clear();
    },
    share: (address) => { shared = address; },
    // Whoever asks for the time over and over is busy, which takes time.
    ticks_ms: () => { if (++ticks > TICKS_WITHOUT_TIME) ask('busy'); return link.now_ms % 0x40000000; },
    wait: (ms, flags) => idle('wait', ms, flags),
    sleep: (ms, flags) => idle('sleep', ms, flags),
    busy: () => ask('busy'),
    feed: () => { link.fed = 1; },
    watchdog: (ms) => ask('watchdog', String(ms)),
    reset: () => ask('reset'),
    random(address, count) {
      const status = ask('random', String(count));
      bytes().set(link.payload, address);
      return status;
    },

    connect: (client, will_topic, will_payload) => ask('connect', client, will_topic, will_payload),
    subscribe: (filters) => ask('subscribe', filters),
    publish: (name, address, count, qos, retain) => ask('publish', name, copy(address, count), String(qos), String(retain)),
    /** How many bytes the next message has, which are at the address then. */
    receive(address, room) {
      const status = ask('receive');
      if (status < 0) return status;
      topic = link.payload.toString('utf8', 0, status);
      const payload = link.payload.subarray(status);
      if (payload.length > room) return NOTHING;
      bytes().set(payload, address);
      return payload.length;
    },
    topic: () => topic,
    close: () => ask('close'),

    ...createFiles(files, link, ask, bytes, copy),
    remove: (name) => ask('remove', name),
    rename: (from, to) => ask('rename', from, to),

    runs: (name) => ask('runs', name),
    hang: () => ask('hang'),
    cut_off: () => ask('cut_off'),
    command: (name) => ask('command', name),
  };
  return calls;
}
