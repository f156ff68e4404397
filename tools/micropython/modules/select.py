# poll() over our sockets that blocks instead of spinning.
import _host, _event

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16


class poll:
    def __init__(self):
        self._entries = {}

    def register(self, obj, eventmask=POLLIN | POLLOUT):
        self._entries[id(obj)] = [obj, eventmask]

    def unregister(self, obj):
        self._entries.pop(id(obj), None)

    def modify(self, obj, eventmask):
        if id(obj) not in self._entries:
            raise OSError(2)
        self._entries[id(obj)][1] = eventmask

    def poll(self, timeout=-1):
        _event.collect()
        end = _host.ticks_ms() + (timeout or 0)
        while True:
            seen = _host.wake_count()
            ready = []
            for obj, mask in self._entries.values():
                events = obj.ioctl(3, mask) if mask else 0
                if events:
                    ready.append((obj, events))
            left = -1 if timeout is None or timeout < 0 else end - _host.ticks_ms()
            if ready or timeout is not None and timeout >= 0 and left <= 0:
                return ready
            _event.wait(left, seen)

    def ipoll(self, timeout=-1, flags=0):
        for entry in self.poll(timeout):
            if flags & 1:
                self._entries[id(entry[0])][1] = 0
            yield entry


def select(rlist, wlist, xlist, timeout=None):
    p = poll()
    for o in rlist:
        p.register(o, POLLIN)
    for o in wlist:
        p.register(o, POLLOUT | (POLLIN if o in rlist else 0))
    events = p.poll(-1 if timeout is None else int(timeout * 1000))
    return ([o for o, e in events if o in rlist and e & ~POLLOUT], [o for o, e in events if o in wlist and e & ~POLLIN], [])
