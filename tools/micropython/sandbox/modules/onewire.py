import _host
from machine import Pin


class OneWireError(Exception):
    pass


class OneWire:
    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self._id = pin._id if isinstance(pin, Pin) else Pin(pin)._id

    def scan(self):
        return [bytearray(bytes.fromhex(rom)) for rom in _host.one_wire_scan(self._id).split()]

    def reset(self, required=False):
        there = bool(_host.one_wire_scan(self._id))
        if required and not there:
            raise OneWireError
        return there
