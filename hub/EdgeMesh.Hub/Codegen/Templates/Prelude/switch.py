# What the outputs are; the agent sends all of it at every connection.
states = {}


# An output that says so when it changes. Where active_low is set, the pin is 0 while it is on.
class Switch:
    def __init__(self, pin, name, active_low):
        self.pin = pin
        self.name = name
        self.active_low = active_low
        self.on = True
        self.set(False)

    def set(self, on):
        if on != self.on:
            self.on = on
            self.pin.value(0 if on == self.active_low else 1)
            states[self.name] = 1 if on else 0
            edgemesh.state(states)
