# The bootloader's slots for firmware, by esp32.Partition: which one runs, and the other one as a store with the calls that platform has for files.
#
# An image is appended as it comes, each block erased before its first byte. The file that stands for it below /state gets a '+' for
# each block that is whole, and a '.' for the last one, with which the image is: like a slot's file, its length tells how far a transfer
# came, and a power cut costs at most a block.
from esp32 import Partition
from . import platform

_BLOCK_BYTES = 4096
# Of the block devices' protocol (vfs.AbstractBlockDev).
_ERASE = 6


# None where the board cannot update its firmware: it has one slot, or a bootloader that never goes back.
def find(on_trial):
    try:
        running = Partition(Partition.RUNNING)
        spare = running.get_next_update()
        if not on_trial:
            keep()
    except OSError:
        return None
    return Slots(running, spare)


# What runs is good: from now on the bootloader does not go back by itself.
def keep():
    Partition.mark_app_valid_cancel_rollback()


class Slots:
    def __init__(self, running, spare):
        self.running = running.info()[4]
        self.part = spare
        self.bytes = spare.info()[3]
        self.label = spare.info()[4]
        # How many bytes of an image are there.
        self.at = 0
        self.keep = keep
        self.remove = platform.remove

    # The bootloader starts that one next. Raises OSError where it finds no image there that it would run.
    def boot(self, label):
        Partition(label).set_boot()

    def size(self, name):
        blocks = platform.read(name) or b''
        self._ended = blocks[-1:] == b'.'
        self.at = len(blocks) * _BLOCK_BYTES
        return self.at

    def open_file(self, name, mode):
        if mode == 'wb':
            self.at = 0
        return _Image(self, None if mode == 'rb' else platform.open_file(name, mode))

    # Within a block what is kept has to be written anew, since what follows it has to be erased.
    def trim(self, name, count, scratch):
        self.at = count
        if self._ended:
            return
        block, offset = divmod(count, _BLOCK_BYTES)
        platform.write(name, b'+' * block)
        if offset:
            kept = bytearray(offset)
            self.part.readblocks(block, kept, 0)
            self.part.ioctl(_ERASE, block)
            self.part.writeblocks(block, kept, 0)


class _Image:
    def __init__(self, slots, blocks):
        self._slots = slots
        self._blocks = blocks
        self._read_bytes = 0

    def write(self, data):
        slots, data = self._slots, memoryview(data)
        while len(data):
            block, offset = divmod(slots.at, _BLOCK_BYTES)
            if not offset:
                slots.part.ioctl(_ERASE, block)
            count = min(len(data), _BLOCK_BYTES - offset)
            slots.part.writeblocks(block, data[:count], offset)
            data = data[count:]
            slots.at += count
            if offset + count == _BLOCK_BYTES:
                self._blocks.write(b'+')

    def readinto(self, view):
        self._slots.part.readblocks(self._read_bytes // _BLOCK_BYTES, view, self._read_bytes % _BLOCK_BYTES)
        self._read_bytes += len(view)
        return len(view)

    def flush(self):
        self._blocks.flush()

    # Before all of an image is there, only what is discarded is closed.
    def close(self):
        if self._blocks:
            if self._slots.at % _BLOCK_BYTES:
                self._blocks.write(b'.')
            self._blocks.close()
