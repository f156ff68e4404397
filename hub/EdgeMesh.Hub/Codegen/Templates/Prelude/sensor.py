FAILURES_MAX = 3


# Reads when it is due. After FAILURES_MAX failures in a row its readings are taken back, so that what depends on them goes safe.
class Sensor:
    def __init__(self, period_ms, gives, publishes, windows=(), offset_min=0, settle_ms=0):
        self.period_ms = period_ms
        self.gives = gives
        self.publishes = publishes
        self.windows = windows
        self.offset_min = offset_min
        self.settle_ms = settle_ms
        self.started = False
        self.failures = 0
        self.due = time.ticks_ms()

    # What a sensor does ahead of a reading, settle_ms before it.
    def start(self):
        pass

    def step(self, now):
        left_ms = time.ticks_diff(self.due, now)
        if left_ms > 0:
            return left_ms
        wait_ms = self.period_ms
        try:
            if self.settle_ms and not self.started:
                self.start()
                self.started = True
                wait_ms = self.settle_ms
            else:
                self.started = False
                wait_ms -= self.settle_ms
                if in_windows(self.windows, self.offset_min):
                    self.take(self.read())
        except Exception as error:
            # A sensor is foreign: whatever its driver raises, the program goes on.
            self.started = False
            self.fail(error)
        self.due = time.ticks_add(now, wait_ms)
        return wait_ms

    def take(self, values):
        for name in self.gives:
            if values[name] != values[name]:
                raise ValueError('%s is not a number' % name)
        self.failures = 0
        for name in self.gives:
            readings[name] = values[name]
        if self.publishes:
            edgemesh.publish({name: values[name] for name in self.publishes})

    def fail(self, error):
        self.failures += 1
        if self.failures == 1 or self.failures == FAILURES_MAX:
            edgemesh.log('%s: failure %d: %s' % (self.gives[0], self.failures, error))
        if self.failures >= FAILURES_MAX:
            for name in self.gives:
                readings.pop(name, None)
