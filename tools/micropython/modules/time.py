# Seconds count from 2000-01-01 as on the ESP32; sleeping blocks the thread and burns nothing.
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


def sleep_ms(ms):
    if ms > 0:
        _event.wait(int(ms))


def sleep(seconds):
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    sleep_ms(seconds * 1000)


def sleep_us(us):
    if us >= 1000:
        sleep_ms(us // 1000)
    else:
        end = ticks_add(ticks_us(), us)
        while ticks_diff(end, ticks_us()) > 0:
            pass
