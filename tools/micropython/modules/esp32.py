# What has no state in hardware, and Partition where the host gave the board partitions.
import uctypes, _host

HEAP_DATA = 4
HEAP_EXEC = 1
_BLOCK = 4096
_EINVAL = 22
# The names that ESP-IDF has for these errors.
_ERRORS = {0x104: 'ESP_ERR_INVALID_SIZE', 0x105: 'ESP_ERR_NOT_FOUND', 0x1503: 'ESP_ERR_OTA_VALIDATE_FAILED', 0x6001: 'ESP_ERR_FLASH_OP_FAIL'}


def raw_temperature():
    return 113


def mcu_temperature():
    return 45


def _check(code):
    if code < 0:
        raise OSError(code, _ERRORS.get(-code, 'ESP_FAIL'))


class Partition:
    BOOT = 0
    RUNNING = 1
    TYPE_APP = 0
    TYPE_DATA = 1

    def __init__(self, id, block_size=_BLOCK):
        if block_size < _BLOCK:
            raise OSError(95, 'block sizes below 4096 are not imitated')
        if type(id) is int:
            if id not in (Partition.BOOT, Partition.RUNNING):
                raise ValueError
            id = _host.partition_boot() if id == Partition.BOOT else _host.partition_running()
        if id not in [_host.partition_label(i) for i in range(_host.partition_count())]:
            raise OSError(2)
        self._label = id
        self._block_size = block_size

    @staticmethod
    def find(type=0, subtype=0xff, label=None, block_size=_BLOCK):
        labels = [_host.partition_label(i) for i in range(_host.partition_count())] if type == Partition.TYPE_APP else []
        return [Partition(l, block_size) for i, l in enumerate(labels) if label in (None, l) and subtype in (0xff, 16 + i)]

    def info(self):
        label = self._label
        return (0, 0 if label == 'factory' else 16 + int(label[-1]), _host.partition_address(label), _host.partition_size(label), label, False)

    def readblocks(self, block_num, buf, offset=0):
        _check(_host.partition_read(self._label, block_num * self._block_size + offset, uctypes.addressof(buf), len(buf)))

    # Without an offset it erases first, and what it erases is whole blocks; with one the caller has done that.
    def writeblocks(self, block_num, buf, offset=None):
        at = block_num * self._block_size
        if offset is None:
            _check(_host.partition_erase(self._label, at, len(buf)))
            offset = 0
        _check(_host.partition_write(self._label, at + offset, uctypes.addressof(buf), len(buf)))

    def ioctl(self, cmd, arg):
        if cmd in (1, 2, 3):
            return 0
        if cmd == 4:
            return _host.partition_size(self._label) // self._block_size
        if cmd == 5:
            return self._block_size
        if cmd == 6:
            if self._block_size != _BLOCK:
                return -_EINVAL
            _check(_host.partition_erase(self._label, arg * _BLOCK, _BLOCK))
            return 0

    def set_boot(self):
        _check(_host.partition_set_boot(self._label))

    def get_next_update(self):
        label = _host.partition_next(self._label)
        if not label:
            raise OSError(2)
        return Partition(label)

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        _check(_host.partition_mark_valid())
