# The board's file system, whose files are the simulation's.
import io
import uctypes
import vfs
from errno import EEXIST, ENOENT
from host import ask, calls, unlock

CONFIGURATION = '/edgemesh.json'
_FLUSH = 1
_CLOSE = 4


class File(io.IOBase):
    def __init__(self, name, mode):
        self._handle = 0
        self._handle = ask(calls.open(name, mode))

    def readinto(self, buffer):
        unlock()
        return ask(calls.read_into(self._handle, uctypes.addressof(buffer), len(buffer)))

    def read(self, count=-1):
        unlock()
        left = calls.left(self._handle)
        data = bytearray(left if count < 0 else min(left, count))
        if data:
            self.readinto(data)
        return bytes(data)

    def write(self, data):
        unlock()
        return ask(calls.write(self._handle, uctypes.addressof(data), len(data)))

    def seek(self, position):
        unlock()
        calls.seek(self._handle, position)

    def flush(self):
        unlock()
        ask(calls.flush(self._handle))

    def close(self):
        unlock()
        handle, self._handle = self._handle, 0
        if handle:
            ask(calls.close_file(handle))

    def ioctl(self, request, argument):
        if request == _CLOSE:
            self.close()
        elif request == _FLUSH:
            self.flush()
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class Flash:
    def __init__(self, configuration):
        self._configuration = configuration

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def chdir(self, path):
        pass

    def open(self, path, mode):
        unlock()
        if path == CONFIGURATION:
            return io.BytesIO(self._configuration)
        return File(_name(path), mode)

    def mkdir(self, path):
        unlock()
        raise OSError(EEXIST)

    def stat(self, path):
        unlock()
        folder = path == '/state'
        return 0x4000 if folder else 0x8000, 0, 0, 0, 0, 0, 0 if folder else ask(calls.size(_name(path))), 0, 0, 0

    def remove(self, path):
        unlock()
        ask(calls.remove(_name(path)))

    def rename(self, path, to):
        unlock()
        ask(calls.rename(_name(path), _name(to)))


def _name(path):
    if path[:7] != '/state/':
        raise OSError(ENOENT)
    return path[7:]


def mount(configuration):
    vfs.umount('/')
    vfs.mount(Flash(configuration.encode()), '/')
