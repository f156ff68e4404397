# Which slot to boot: the record says, and the slot's checksum must agree.
from hashlib import sha256
from . import platform
from .crypto import to_hex


# The slot, '' for none. The record is saved before anybody acts on it.
def choose_slot(record, board, agent):
    while True:
        before = record.trial, record.attempts
        slot = record.select()
        if before != (record.trial, record.attempts):
            agent.save()
        if not slot or _is_whole(slot, record.images[slot], board):
            return slot
        agent.log('The program in slot %s is damaged.' % slot, 'error')
        record.broken(slot)
        agent.save()


def _is_whole(slot, image, board):
    name = slot + '.img'
    if platform.size(name) != image['size']:
        return False
    digest = sha256()
    scratch = memoryview(bytearray(1024))
    with platform.open_file(name, 'rb') as f:
        while True:
            count = f.readinto(scratch)
            if not count:
                return to_hex(digest.digest()) == image['sha256']
            digest.update(scratch[:count])
            board.feed()
