# Waiting in virtual time, and the handlers that are called meanwhile.
import _host
from sys import print_exception
from io import StringIO

_sleep, _step, _due, _done = _host.sleep, _host.step, _host.due, _host.done
_handlers = {}
_count = 0


def handler(call):
    """A number by which the host asks for a call; call takes nothing."""
    global _count
    _count += 1
    _handlers[_count] = call
    return _count


def wait_us(us):
    if _sleep(float(us)):
        raise MemoryError('more is alive than the heap holds')
    key = _step()
    while key:
        _serve(key)
        key = _step()


def wait(ms):
    """As the event loop waits: until a handler was called, which may have woken a task."""
    if _sleep(float(ms * 1000)):
        raise MemoryError('more is alive than the heap holds')
    key = _step()
    if key:
        _host.wake()
        _serve(key)


def serve():
    """Calls what fell due while the program ran."""
    if _host.over():
        raise MemoryError('more is alive than the heap holds')
    key = _due()
    while key:
        _serve(key)
        key = _due()


def rest():
    """Goes on for ever with what interrupts and timers ask for."""
    _host.rest()
    while True:
        _serve(_step())


def _serve(key):
    try:
        _handlers[key]()
    except Exception as e:
        # As on the device: said, and the program goes on.
        tell(e, 'callback')
    finally:
        _done()


def tell(e, where):
    out = StringIO()
    print_exception(e, out)
    line = 0
    for text in out.getvalue().split('\n'):
        if '"main.py", line ' in text:
            line = int(text.split(', line ')[1].split(',')[0])
    _host.exception(e.__class__.__name__, str(e), line, where)
