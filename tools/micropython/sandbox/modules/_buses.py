# I2C, SPI and serial lines. What answers on I2C and UART is in the scenario; SPI reads zeros.
import _host
from uctypes import addressof


class I2C:
    def __init__(self, id=-1, *, scl=None, sda=None, freq=400000, timeout=50000):
        if id not in (-1, 0, 1):
            raise ValueError("I2C(%d) doesn't exist" % id)
        self._bus = id

    def _write(self, addr, data):
        n = _host.i2c_write(self._bus, addr, addressof(data) if len(data) else 0, len(data))
        if n < 0:
            raise OSError(-n)
        return n

    def _read(self, addr, buf):
        n = _host.i2c_read(self._bus, addr, addressof(buf) if len(buf) else 0, len(buf))
        if n < 0:
            raise OSError(-n)

    def scan(self):
        return sorted(int(a) for a in _host.i2c_scan(self._bus).split())

    def writeto(self, addr, buf, stop=True):
        return self._write(addr, bytes(buf))

    def writevto(self, addr, vector, stop=True):
        return self._write(addr, b''.join(bytes(v) for v in vector))

    def readfrom_into(self, addr, buf, stop=True):
        self._read(addr, buf)

    def readfrom(self, addr, nbytes, stop=True):
        buf = bytearray(nbytes)
        self._read(addr, buf)
        return bytes(buf)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        self._write(addr, memaddr.to_bytes(addrsize // 8, 'big'))
        self._read(addr, buf)

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        buf = bytearray(nbytes)
        self.readfrom_mem_into(addr, memaddr, buf, addrsize=addrsize)
        return bytes(buf)

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._write(addr, memaddr.to_bytes(addrsize // 8, 'big') + bytes(buf))

    def deinit(self):
        pass


class SoftI2C(I2C):
    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self._bus = -1


class SPI:
    MSB = 0
    LSB = 1

    def __init__(self, id=-1, *args, **options):
        pass

    def init(self, *args, **options):
        pass

    def deinit(self):
        pass

    def read(self, nbytes, write=0):
        return bytes(nbytes)

    def readinto(self, buf, write=0):
        for i in range(len(buf)):
            buf[i] = 0

    def write(self, buf):
        return len(buf)

    def write_readinto(self, write_buf, read_buf):
        if len(write_buf) != len(read_buf):
            raise ValueError('buffers must be the same length')
        self.readinto(read_buf)


SoftSPI = SPI


class UART:
    def __init__(self, id, baudrate=115200, *args, **options):
        if id not in (0, 1, 2):
            raise ValueError('UART(%d) does not exist' % id)
        self._id = id

    def init(self, *args, **options):
        pass

    def deinit(self):
        pass

    def any(self):
        return _host.uart_any(self._id)

    def read(self, nbytes=1024):
        return _host.uart_read(self._id, nbytes).encode() or None

    def readline(self):
        line = b''
        while line[-1:] != b'\n' and self.any():
            line += _host.uart_read(self._id, 1).encode()
        return line or None

    def readinto(self, buf, nbytes=None):
        data = self.read(len(buf) if nbytes is None else nbytes)
        if not data:
            return None
        buf[:len(data)] = data
        return len(data)

    def write(self, data):
        _host.uart_write(self._id, data if isinstance(data, str) else bytes(data).decode('utf-8', 'ignore'))
        return len(data)

    def flush(self):
        pass

    def txdone(self):
        return True
