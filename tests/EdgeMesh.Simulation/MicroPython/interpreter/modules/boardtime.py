# Virtual time.
from time import gmtime, mktime, ticks_add, ticks_diff
import _host
from host import ask, flags, unlock


def ticks_ms():
    unlock()
    return _host.ticks_ms()


def sleep_ms(ms):
    unlock()
    if ms > 0:
        ask(_host.sleep(ms, flags()))


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    sleep_ms(us // 1000)


def time():
    return 0
