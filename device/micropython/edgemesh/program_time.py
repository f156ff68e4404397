# The time module that a program sees: its sleeps keep the agent going.
from time import *
from time import sleep_us as _sleep_us

_PUMPED_FROM_US = 10000
_sleep_ms = None


# Set by program.py: sleeps so many milliseconds and pumps the agent meanwhile.
def _lend(sleep):
    global _sleep_ms
    _sleep_ms = sleep


def sleep_ms(ms):
    _sleep_ms(int(ms))


def sleep(seconds):
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    _sleep_ms(int(seconds * 1000))


# Short ones are somebody's bit timing.
def sleep_us(us):
    if us < _PUMPED_FROM_US:
        _sleep_us(us)
    else:
        _sleep_ms(us // 1000)
