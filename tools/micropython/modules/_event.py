# Waiting, and the timers that fall due meanwhile. On a device their callbacks are scheduled between bytecodes; here they
# run while the program sleeps or polls.
import _host
from time import ticks_add, ticks_diff

timers = []

# How long the board was asleep, for tests.
slept_ms = 0


def collect():
    """Garbage is collected where the program calls the host, and a program that holds more than its heap learns it there."""
    if _host.collect(False):
        raise MemoryError('more is alive than the heap holds')


def wait_us(us):
    """Blocks, and burns nothing; below a millisecond, which is too short for that, it burns."""
    if us >= 1000:
        wait(int(us) // 1000)
        return
    end = ticks_add(_host.ticks_us(), int(us))
    while ticks_diff(end, _host.ticks_us()) > 0:
        pass


def wait(ms, seen=-1):
    """Blocks for ms (below 0: for ever), or until a socket changes if the count `seen` is given."""
    collect()
    end = _host.ticks_ms() + ms
    while True:
        left = end - _host.ticks_ms() if ms >= 0 else -1
        due = left
        for timer in timers:
            t = timer._next - _host.ticks_ms()
            if due < 0 and ms < 0 or t < due:
                due = max(0, t)
        if due > 0 or due < 0 and ms < 0:
            _host.wait(due, seen)
        fired = False
        for timer in list(timers):
            if timer in timers and timer._next <= _host.ticks_ms():
                timer._fire()
                fired = True
        if ms >= 0 and _host.ticks_ms() >= end or seen >= 0 and (fired or _host.wake_count() != seen):
            return collect()
