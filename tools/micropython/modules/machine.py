# The board's pins remember what they are given; nothing is wired to them.
import _host, _event
from _chip import *
from time import gmtime as _gmtime, mktime as _mktime


def reset():
    _host.reset('hard')


def soft_reset():
    raise SystemExit


def reset_cause():
    return _host.reset_cause()


def unique_id():
    return bytes.fromhex(_host.unique_id())


def idle():
    _event.wait(1)


def lightsleep(ms=0):
    _event.slept_ms += ms
    _event.wait(ms if ms else -1)


def deepsleep(ms=0):
    _host.deep_sleep(ms)


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError('WDT timeout too short')
        _host.watchdog_start(timeout)

    def feed(self):
        _host.watchdog_feed()


class RTC:
    def datetime(self, t=None):
        if t is None:
            y, mo, d, h, mi, s, w, _ = _gmtime()
            return (y, mo, d, w, h, mi, s, 0)
        y, mo, d, _, h, mi, s, us = t
        _host.set_time(_mktime((y, mo, d, h, mi, s, 0, 0)) + 946684800 + 0.5e-6 + us / 1000000)

    def init(self, t):
        self.datetime(t)


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = 0, 1, 2, 3
    _pins = {}

    def __new__(cls, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if not isinstance(id, int) or id not in Pin._pins and not (0 <= id < 40 and id not in (20, 24, 28, 29, 30, 31)):
            raise ValueError('invalid pin')
        if id not in Pin._pins:
            pin = Pin._pins[id] = object.__new__(cls)
            pin._id, pin._mode, pin._value = id, Pin.IN, 0
        return Pin._pins[id]

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if mode == Pin.OUT and self._id >= 34:
            raise ValueError('pin can only be input')
        if pull == Pin.PULL_UP:
            self._value = 1
        if value is not None:
            self._value = 1 if value else 0
        if mode != -1:
            self._mode = mode

    def value(self, *v):
        if not v:
            return self._value
        if self._mode != Pin.IN:
            self._value = 1 if v[0] else 0

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self._value)

    def irq(self, handler=None, trigger=3, wake=None, hard=False):
        pass

    def __repr__(self):
        return 'Pin(%d)' % self._id


class ADC:
    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
    WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = 9, 10, 11, 12

    def __init__(self, pin, *, atten=0):
        self._id = pin._id if isinstance(pin, Pin) else pin
        if self._id not in (0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33, 34, 35, 36, 37, 38, 39):
            raise ValueError('invalid pin')

    def atten(self, value):
        pass

    def width(self, value):
        pass

    # An open input: nothing is wired to it.
    def read_u16(self):
        return 0

    def read(self):
        return 0

    def read_uv(self):
        return 0


class PWM:
    def __init__(self, pin, freq=5000, duty=None, duty_u16=None, duty_ns=None):
        self._freq, self._u16 = freq, 32768
        self.init(freq, duty, duty_u16, duty_ns)

    def init(self, freq=None, duty=None, duty_u16=None, duty_ns=None):
        if freq is not None:
            self.freq(freq)
        if duty is not None:
            self.duty(duty)
        if duty_u16 is not None:
            self.duty_u16(duty_u16)
        if duty_ns is not None:
            self.duty_ns(duty_ns)

    def freq(self, hz=None):
        if hz is None:
            return self._freq
        if not 1 <= hz <= 40000000:
            raise ValueError('frequency must be from 1Hz to 40MHz')
        self._freq = hz

    def duty_u16(self, value=None):
        if value is None:
            return self._u16
        if not 0 <= value <= 65535:
            raise ValueError('duty_u16 must be from 0 to 65535')
        self._u16 = value

    def duty(self, value=None):
        if value is None:
            return self._u16 >> 6
        if not 0 <= value <= 1023:
            raise ValueError('duty must be from 0 to 1023')
        self._u16 = value << 6

    def duty_ns(self, value=None):
        if value is None:
            return self._u16 * 1000000000 // (65535 * self._freq)
        self.duty_u16(value * 65535 * self._freq // 1000000000)

    def deinit(self):
        self._u16 = 0


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id, **options):
        self._id = id
        if options:
            self.init(**options)

    def init(self, *, mode=PERIODIC, period=-1, callback=None, freq=None, tick_hz=1000, hard=False):
        self.deinit()
        self._period = int(1000 / freq) if freq else period * 1000 // tick_hz
        if self._period <= 0:
            raise ValueError('period must be above zero')
        self._once, self._callback = mode == Timer.ONE_SHOT, callback
        self._next = _host.ticks_ms() + self._period
        _event.timers.append(self)
        _host.set_timers(len(_event.timers))

    def deinit(self):
        if self in _event.timers:
            _event.timers.remove(self)
            _host.set_timers(len(_event.timers))

    def _fire(self):
        if self._once:
            self.deinit()
        else:
            self._next += self._period
        if self._callback:
            self._callback(self)
