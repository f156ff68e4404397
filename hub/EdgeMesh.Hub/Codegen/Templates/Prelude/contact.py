# A level that holds still for debounce_ms counts.
class Contact:
    def __init__(self, pin, active_level, debounce_ms):
        self.pin = pin
        self.active_level = active_level
        self.debounce_ms = debounce_ms
        self.active = pin.value() == active_level
        self.changing = False
        self.since = time.ticks_ms()

    # Whether it changed, as of now.
    def changed(self, now):
        active = self.pin.value() == self.active_level
        if active == self.active:
            self.changing = False
            return False
        if not self.changing:
            self.changing = True
            self.since = now
        if time.ticks_diff(now, self.since) < self.debounce_ms:
            return False
        self.changing = False
        self.active = active
        return True
