import _host
from onewire import OneWireError


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire

    def scan(self):
        return [rom for rom in self.ow.scan() if rom[0] in (0x10, 0x22, 0x28)]

    def convert_temp(self):
        if _host.one_wire_convert(self.ow._id):
            raise OneWireError

    # As the real one: what answers nothing reads as bits that fail the checksum.
    def read_temp(self, rom):
        reading = _host.one_wire_read(self.ow._id, ''.join('%02x' % b for b in rom))
        if not reading:
            raise Exception('CRC error')
        return float(reading)
