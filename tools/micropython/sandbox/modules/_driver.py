# Runs a program as the agent does: what stands at its top level, then setup() and loop(), or main(), plain or async.
import _host, _event


def run():
    name = _host.line_name()
    space = {'__name__': '__main__', name: _host.line, name + 'i': _event.serve}
    try:
        exec(compile(_host.source(), 'main.py', 'exec'), space)
        if 'loop' in space:
            if 'setup' in space:
                space['setup']()
            loop = space['loop']
            while True:
                _host.loop()
                loop()
                _event.wait_us(1000)
        elif 'main' in space:
            result = space['main']()
            if hasattr(result, 'send'):
                import asyncio
                asyncio.new_event_loop()
                asyncio.run(result)
    except BaseException as e:
        _event.tell(e, 'program')
    _host.returned()
    # On the device the agent goes on, and with it what interrupts and timers ask for.
    _event.rest()
