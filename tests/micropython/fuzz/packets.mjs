// What a hostile broker may send: MQTT by its grammar, with mistakes of every kind, from one seed.

/** Mulberry32: the same numbers for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { below: (bound) => Math.floor(next() * bound), percent: (chance) => next() * 100 < chance, of: (choices) => choices[Math.floor(next() * choices.length)] };
}

const u16 = (value) => Buffer.from([(value >> 8) & 255, value & 255]);
const text = (value) => { const data = Buffer.from(value); return Buffer.concat([u16(data.length), data]); };

function length(d, real) {
  const value = d.percent(88) ? real : d.of([0, 1, 2, real + 1, Math.max(0, real - 1), 127, 128, 16384, 2097152, 268435455]);
  const bytes = [];
  let rest = value;
  do { bytes.push((rest & 127) | (rest > 127 ? 128 : 0)); rest >>>= 7; } while (rest);
  // Longer than it need be, or without an end.
  if (d.percent(3)) { bytes[bytes.length - 1] |= 128; bytes.push(0); }
  return d.percent(1) ? [255, 255, 255, 255, 127] : bytes;
}

const packet = (d, first, body) => Buffer.concat([Buffer.from([d.percent(4) ? d.below(256) : first, ...length(d, body.length)]), body]);
const noise = (d, count) => Buffer.from(Array.from({ length: count }, () => d.below(256)));

/** The members of a stream; `topics` are those the client listens to. */
function publish(d, topics) {
  const qos = d.of([0, 0, 0, 1, 1, 2, 3]);
  const topic = d.of([text(d.of(topics)), text(d.of(topics)), text(''), text('a/#'), text('\0'), text('x'.repeat(600)), Buffer.concat([u16(4), Buffer.from('fffe8041', 'hex')]),
    Buffer.concat([u16(d.below(65536)), noise(d, 4)]), text('edgemesh/v1/other/devices/porch/down/command')]);
  const payload = d.of([Buffer.alloc(0), noise(d, d.below(40)), Buffer.from('{"status":"online","boot":"0011223344556677"}'), Buffer.from('{"name":"x","n":1}'),
    Buffer.from(`[${'['.repeat(d.of([10, 3000]))}`), Buffer.from('{"a":"\\ud83d"}'), Buffer.from(`{"n":1,"mac":"${'0'.repeat(64)}"}`), noise(d, d.of([500, 4096, 9000])),
    Buffer.concat([Buffer.from([1]), noise(d, d.below(60))]), Buffer.alloc(d.of([3000, 20001]), 'x')]);
  return packet(d, 0x30 | (d.percent(20) ? 8 : 0) | (qos << 1) | d.below(2), Buffer.concat([topic, qos ? u16(d.of([0, 1, 2, 65535])) : Buffer.alloc(0), payload]));
}

/** One connection's worth of bytes: a CONNACK as a rule, then whatever comes. */
export function stream(d, topics) {
  const parts = d.percent(85) ? [Buffer.from('20020000', 'hex')] : [packet(d, 0x20, Buffer.from([d.below(3), d.below(8)]))];
  for (let count = d.below(9); count > 0; count--) {
    parts.push(d.of([
      () => publish(d, topics), () => publish(d, topics), () => publish(d, topics),
      () => packet(d, 0x90, Buffer.concat([u16(1), Buffer.from(d.of([[1, 1], [0, 0], [128, 1], [], [7]]))])),
      () => packet(d, 0xd0, Buffer.alloc(0)), () => packet(d, 0x40, u16(d.below(9))), () => packet(d, 0x20, Buffer.from([0, 0])),
      () => packet(d, d.below(16) << 4, noise(d, d.below(20))), () => noise(d, d.below(12)),
    ])());
  }
  const whole = Buffer.concat(parts);
  if (d.percent(15)) return whole.subarray(0, d.below(whole.length + 1));
  if (d.percent(15) && whole.length) whole[d.below(whole.length)] ^= 1 << d.below(8);
  return whole;
}
