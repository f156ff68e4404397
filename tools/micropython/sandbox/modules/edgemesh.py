# What a program sees of the agent (device/micropython/edgemesh/__init__.py), towards the scenario.
import json as _json
import _host, _event

device_id = 'dry-run'


def publish(*readings, **values):
    return _host.publish('telemetry', _json.dumps(_merged(readings, values)))


def state(*readings, **values):
    return _host.publish('state', _json.dumps(_merged(readings, values)))


def on_command(name, handler):
    _host.on_command(name, _event.handler(lambda: _answer(name, handler)))


def log(text):
    return _host.log(str(text))


# As the agent: a handler that fails is an answer, and the program goes on.
def _answer(name, handler):
    try:
        data = handler(_json.loads(_host.command_data()))
        body = {'command': name, 'status': 'ok'}
        if data is not None:
            body['data'] = data
    except Exception as e:
        body = {'command': name, 'status': 'error', 'error': 'The program failed on the command: %r' % e}
        _host.warn('The program failed on the command "%s": %r' % (name, e))
    _host.response(_json.dumps(body))


def _merged(readings, values):
    for reading in readings:
        values.update(reading)
    return values
