import _host
from host import ask, unlock

WDT_RESET = 3
_cause = 1


def reset_cause():
    return _cause


def reset():
    unlock()
    _host.reset()


class WDT:
    def __init__(self, timeout):
        unlock()
        ask(_host.watchdog(timeout))

    def feed(self):
        unlock()
        _host.feed()


class RTC:
    def datetime(self, when):
        pass
