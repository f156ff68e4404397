# What a program sees of the agent. All of it works offline too: what cannot be sent now is False, and state follows later.
device_id = ''
_agent = None


# Readings to keep: edgemesh.publish(temperature=21.5), or a dict.
def publish(*readings, **values):
    return _agent('telemetry', _merged(readings, values))


# What the device reads now; the last state is sent again at every connection.
def state(*readings, **values):
    return _agent('state', _merged(readings, values))


# handler(data) answers a command of that name; what it returns goes back.
def on_command(name, handler):
    _agent('on_command', (name, handler))


# A line for the device's log.
def log(text):
    return _agent('log', str(text))


def _merged(readings, values):
    for reading in readings:
        values.update(reading)
    return values
