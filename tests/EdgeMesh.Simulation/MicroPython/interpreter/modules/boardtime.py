# Virtual time.
from time import gmtime, mktime, ticks_add, ticks_diff
from host import ask, calls, flags, unlock


def ticks_ms():
    unlock()
    return calls.ticks_ms()


def sleep_ms(ms):
    unlock()
    if ms > 0:
        ask(calls.sleep(ms, flags()))


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    sleep_ms(us // 1000)


def time():
    return 0
