// Shared by these tests: a board that runs one main.py from an in-memory flash.
import { boot } from '../../../tools/micropython/host.mjs';

/** Connects the station as any device program does before it uses a socket. */
export const WIFI = `
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect('home', 'secret')
while not wlan.isconnected():
    time.sleep_ms(5)
`;

/** Runs main.py to its end and gives what finished: { end, cause, output, calls, flash }. */
export async function run(main, options = {}) {
  const device = await boot({ ...options, flash: { '/main.py': main, ...options.flash } });
  const limit = setTimeout(() => device.powerOff(), 20000);
  const result = await device.finished;
  clearTimeout(limit);
  return result;
}
