# The ESP32's machine module: what it is asked goes to the host, which records it and answers by the scenario.
import _host, _event
from _chip import *
from _pins import ADC, DAC, PWM, Pin, Signal, TouchPad
from _buses import I2C, SoftI2C, SPI, SoftSPI, UART
from time import gmtime as _gmtime
from uctypes import addressof as _addressof

DEEPSLEEP = 4
PIN_WAKE = 2
EXT0_WAKE = 2
EXT1_WAKE = 3
TIMER_WAKE = 4
TOUCHPAD_WAKE = 5


def reset():
    _host.reset()


def soft_reset():
    _host.reset()


def reset_cause():
    return _host.reset_cause()


def wake_reason():
    return TIMER_WAKE if _host.reset_cause() == DEEPSLEEP_RESET else 0


def unique_id():
    return b'\x24\x0a\xc4\x00\x00\x01'


def idle():
    _event.wait_us(1000)


def lightsleep(ms=0):
    if ms:
        _event.wait_us(ms * 1000)
    else:
        _event.rest()


def deepsleep(ms=0):
    _host.deepsleep(float(ms))


def time_pulse_us(pin, level, timeout_us=1000000):
    return _host.pulse_time(pin._id, 1 if level else 0, float(timeout_us))


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError('WDT timeout too short')
        _host.watchdog(float(timeout))

    def feed(self):
        _host.feed()


class RTC:
    def datetime(self, t=None):
        if t is not None:
            _host.warn('The program sets the clock, which the agent keeps.')
            return
        y, mo, d, h, mi, s, w, _ = _gmtime()
        return (y, mo, d, w, h, mi, s, 0)

    init = datetime

    def memory(self, data=None):
        if data is None:
            b = bytearray(_host.rtc_memory_size())
            if b:
                _host.rtc_memory_read(_addressof(b), len(b))
            return bytes(b)
        if isinstance(data, str):
            data = data.encode()
        if len(data) > 2048:
            raise ValueError('buffer too long')
        _host.rtc_memory_write(_addressof(data), len(data)) if data else _host.rtc_memory_write(0, 0)


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id=-1, **options):
        self._id, self._callback = id, None
        self._key = _event.handler(self._fire)
        if options:
            self.init(**options)

    def init(self, *, mode=PERIODIC, period=-1, callback=None, freq=None, tick_hz=1000, hard=False):
        period_us = 1000000 / freq if freq else period * 1000000 / tick_hz
        if period_us <= 0:
            raise ValueError('period must be above zero')
        self._callback = callback
        _host.timer_start(self._key, float(period_us), 1 if mode == Timer.ONE_SHOT else 0)

    def deinit(self):
        self._callback = None
        _host.timer_stop(self._key)

    def _fire(self):
        if self._callback:
            self._callback(self)
