# All that touches the board: reset, watchdog, clock, randomness and files; Wi-Fi is wifi's, the slots for firmware are partition's.
import machine
import os
from errno import EIO, ENOENT
from micropython import const
from time import gmtime, sleep_ms, ticks_diff, ticks_ms

try:
    from os import urandom
except ImportError:
    urandom = None

try:
    import cryptolib
except ImportError:
    cryptolib = None

STATE = '/state/'
_EPOCH_2000 = const(946684800)
_READ_TRIES = const(3)


class Platform:
    def __init__(self):
        self._ticks = ticks_ms()
        self._now_ms = 0
        self._wdt = None
        # The Wi-Fi station; None for a board with another network.
        self.station = None
        # The slots for firmware; None where it cannot be updated.
        self.firmware = None
        # machine.lightsleep where the configuration allows it, else None.
        self.light_sleep = None
        self.reset_by_watchdog = machine.reset_cause() == machine.WDT_RESET
        self.reset = machine.reset
        self.random = urandom
        # Whether the firmware has AES; where it does not, messages are signed and not encrypted.
        self.has_aes = cryptolib is not None
        self.cipher = None
        # With what to connect by TLS; None for plain.
        self.identities = None
        self.sleep_ms = sleep_ms

    # Milliseconds since power-on that do not wrap, as ticks_ms does after days.
    def now_ms(self):
        ticks = ticks_ms()
        self._now_ms += ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def start_watchdog(self, timeout_ms):
        self._wdt = machine.WDT(timeout=timeout_ms)

    def feed(self):
        if self._wdt:
            self._wdt.feed()

    def set_clock(self, unix_seconds):
        # Ports count from 1970 or from 2000.
        year, month, day, hour, minute, second, weekday, _ = gmtime(
            unix_seconds - (_EPOCH_2000 if gmtime(0)[0] == 2000 else 0))
        machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))

    # networks: dicts with ssid and key; none for a board with another network.
    def join(self, networks):
        if networks:
            from .wifi import Station
            self.station = Station(networks, self.feed)

    # Whether there is a network; tries to join one.
    def online(self):
        return not self.station or self.station.online(self.now_ms())


def make_state_folder():
    try:
        os.mkdir(STATE[:-1])
    except OSError:
        os.stat(STATE[:-1])


# None where there is no such file, or none that can be read.
def read(name):
    for _ in range(_READ_TRIES):
        try:
            with open(STATE + name, 'rb') as f:
                return f.read()
        except OSError as e:
            if e.errno == ENOENT:
                break


def write(name, data):
    with open(STATE + name, 'wb') as f:
        f.write(data)
        f.flush()


def size(name):
    try:
        return os.stat(STATE + name)[6]
    except OSError:
        return 0


def open_file(name, mode):
    return open(STATE + name, mode)


def read_full(f, view):
    if f.readinto(view) != len(view):
        raise OSError(EIO)


# Cuts a file by way of a copy, since files here cannot be shortened; a rename replaces in one step.
def trim(name, count, scratch):
    with open_file(name, 'rb') as source, open_file('held', 'wb') as target:
        while count:
            view = memoryview(scratch)[:min(count, len(scratch))]
            read_full(source, view)
            target.write(view)
            count -= len(view)
        target.flush()
    os.rename(STATE + 'held', STATE + name)


def remove(name):
    try:
        os.remove(STATE + name)
    except OSError:
        if size(name):
            raise
