// BME280 and BMP280 as their registers: what a driver reads and calculates by the data sheet comes out as what was scripted.

const T1 = 27504, T2 = 26435, T3 = -1000;
const P = [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];
const H1 = 75, H2 = 362, H3 = 0, H4 = 313, H5 = 50, H6 = 30;
const CHIP_ID = { bme280: 0x60, bmp280: 0x58 };

// The compensation formulas of the data sheet (BST-BME280-DS002, 8.1) in floating point.
const fine = (raw) => (raw / 16384 - T1 / 1024) * T2 + (raw / 131072 - T1 / 8192) ** 2 * T3;
function pressure_pa(raw, t) {
  const v1 = t / 2 - 64000;
  const v2 = (v1 * v1 * P[5] / 32768 + v1 * P[4] * 2) / 4 + P[3] * 65536;
  const v3 = (1 + (P[2] * v1 * v1 / 524288 + P[1] * v1) / 524288 / 32768) * P[0];
  const p = (1048576 - raw - v2 / 4096) * 6250 / v3;
  return p + (P[8] * p * p / 2147483648 + p * P[7] / 32768 + P[6]) / 16;
}
function humidity_percent(raw, t) {
  const h = t - 76800;
  const v = (raw - (H4 * 64 + H5 / 16384 * h)) * (H2 / 65536 * (1 + H6 / 67108864 * h * (1 + H3 / 67108864 * h)));
  return v * (1 - H1 * v / 524288);
}

/** The raw value whose compensated one is nearest; `of` is monotonic between the bounds. */
function inverse(of, wanted, low, high) {
  const rising = of(high) > of(low);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((of(middle) < wanted) === rising) low = middle; else high = middle;
  }
  return Math.abs(of(low) - wanted) <= Math.abs(of(high) - wanted) ? low : high;
}

const u16 = (bytes, at, value) => { bytes[at] = value & 0xff; bytes[at + 1] = (value >> 8) & 0xff; };

/** A chip's 256 registers; `reading` is { temperature_c, humidity_percent, pressure_hpa }. */
export function bmeRegisters(sensor) {
  const bytes = new Uint8Array(256);
  bytes[0xd0] = CHIP_ID[sensor];
  [T1, T2, T3, ...P].forEach((value, i) => u16(bytes, 0x88 + 2 * i, value));
  if (sensor === 'bme280') {
    bytes[0xa1] = H1;
    u16(bytes, 0xe1, H2);
    bytes[0xe3] = H3;
    bytes[0xe4] = H4 >> 4;
    bytes[0xe5] = (H4 & 15) | (H5 & 15) << 4;
    bytes[0xe6] = H5 >> 4;
    bytes[0xe7] = H6;
  }
  return bytes;
}

export function setReading(bytes, sensor, reading) {
  const rawT = inverse((raw) => fine(raw) / 5120, reading.temperature_c ?? 20, 0, 0xfffff), t = fine(rawT);
  const rawP = inverse((raw) => pressure_pa(raw, t), (reading.pressure_hpa ?? 1013.25) * 100, 0, 0xfffff);
  for (const [at, raw] of [[0xf7, rawP], [0xfa, rawT]]) { bytes[at] = raw >> 12; bytes[at + 1] = (raw >> 4) & 0xff; bytes[at + 2] = (raw & 15) << 4; }
  if (sensor !== 'bme280') return;
  const rawH = inverse((raw) => humidity_percent(raw, t), reading.humidity_percent ?? 50, 0, 0xffff);
  bytes[0xfd] = rawH >> 8;
  bytes[0xfe] = rawH & 0xff;
}
