// What the pins of a board can do: Espressif's data sheets. ADC2 shares its hardware with Wi-Fi on the classic ESP32.

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

const esp32 = {
  pins: new Set([...range(0, 19), ...range(21, 23), ...range(25, 27), ...range(32, 39)]),
  inputOnly: new Set(range(34, 39)),
  adc: new Set([...range(32, 39), 0, 2, 4, 12, 13, 14, 15, 25, 26, 27]),
  adcTakenByWifi: new Set([0, 2, 4, 12, 13, 14, 15, 25, 26, 27]),
  dac: new Set([25, 26]),
  uarts: 3,
};
const esp32c3 = { pins: new Set(range(0, 21)), inputOnly: new Set(), adc: new Set(range(0, 5)), adcTakenByWifi: new Set([5]), dac: new Set(), uarts: 2 };

// By the names of the policy's boards: a test holds that it has no other, and the same pins.
export const BOARDS = {
  esp32,
  'esp32-wrover': esp32,
  'esp32-s2': { pins: new Set([...range(0, 21), ...range(26, 46)]), inputOnly: new Set([46]), adc: new Set(range(1, 20)), adcTakenByWifi: new Set(range(11, 20)), dac: new Set([17, 18]), uarts: 2 },
  'esp32-s3': { pins: new Set([...range(0, 21), ...range(26, 48)]), inputOnly: new Set(), adc: new Set(range(1, 20)), adcTakenByWifi: new Set(), dac: new Set(), uarts: 3 },
  'esp32-c3': esp32c3,
  'esp32-c6': { pins: new Set(range(0, 30)), inputOnly: new Set(), adc: new Set(range(0, 6)), adcTakenByWifi: new Set(), dac: new Set(), uarts: 2 },
  'xiao-esp32c3': esp32c3,
};
