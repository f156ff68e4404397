from host import ask, calls, unlock

WDT_RESET = 3
_cause = 1


def reset_cause():
    return _cause


def reset():
    unlock()
    calls.reset()


class WDT:
    def __init__(self, timeout):
        unlock()
        ask(calls.watchdog(timeout))

    def feed(self):
        unlock()
        calls.feed()


class RTC:
    def datetime(self, when):
        pass
