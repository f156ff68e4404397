# Seconds count from 2000-01-01 as on the ESP32; _event says what sleeping is.
from time import ticks_add, ticks_diff
import time as _time
import _host, _event

_EPOCH_2000 = 946684800
ticks_ms = _host.ticks_ms
ticks_us = _host.ticks_us
ticks_cpu = _host.ticks_us


def time():
    return int(_host.time()) - _EPOCH_2000


def time_ns():
    return int((_host.time() - _EPOCH_2000) * 1000000) * 1000


def gmtime(seconds=None):
    return _time.gmtime((time() if seconds is None else seconds) + _EPOCH_2000)


localtime = gmtime


def mktime(t):
    return int(_time.mktime(t)) - _EPOCH_2000


def sleep_us(us):
    _event.wait_us(us)


def sleep_ms(ms):
    _event.wait_us(max(0, int(ms)) * 1000)


def sleep(seconds):
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    _event.wait_us(seconds * 1000000)
