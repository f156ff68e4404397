# From power on to an agent that knows which slot to boot. All of it can go when it has done its work.
import gc
import sys
from errno import ENOENT
from hashlib import sha256
import edgemesh
from . import platform
from .contracts import CODE_STORAGE_FAILED, KIND_ESP32_IMAGE
from .crypto import to_hex
from .fields import Refused

_READ_TRIES = 3
_READ_PAUSE_MS = 100


# The agent, made by make(settings, board, record); None where it cannot work, which is said then.
def start(make):
    from . import config
    try:
        settings = config.read()
    except Refused as e:
        print('edgemesh:', e.reason)
        return None
    config = None
    _drop('config')
    board = platform.Platform()
    if not board.random:
        print('edgemesh: this board has no source of randomness (os.urandom); no session can be made safely.')
        return None
    platform.make_state_folder()
    board.start_watchdog(settings['watchdog_ms'])
    if board.has_aes and settings['encrypt'] and not settings.get('ca'):
        # Before the modules are hidden: what is imported after that would come a second time.
        from .cipher import Cipher
        board.cipher = Cipher
    if settings['light_sleep']:
        board.light_sleep = platform.machine.lightsleep
    board.join(settings['wifi'])
    record = _read_record(make, board, settings['firmware'])
    if settings['publishers']:
        # Before what it builds on is out of sight.
        from .checked import CheckedDelivery
        make.new_delivery = lambda agent, boot_store, profile, _: CheckedDelivery(boot_store, profile, agent, settings['publishers'])
    if settings.get('ca'):
        from .identity import Identities
        board.identities = Identities(settings)
    _hide()
    agent = make(settings, board, record)
    connection = agent._connection
    for only in (agent, agent._delivery, agent._trial, agent._requests, agent.runner, connection, connection._link, connection._client):
        # There will be no other, so what made it can go. Not by del, which leaves the value in its place.
        type(only).__init__ = None
    if board.firmware:
        board.firmware.settle(record, board, agent)
        board.firmware.settle = None
    runner = agent.runner
    # A watchdog that ended a trial's boot says nothing of the program that runs now.
    runner.suspect = board.reset_by_watchdog and not record.trial
    runner.faults = int(runner.suspect)
    runner.slot = choose_slot(record, board, agent)
    return agent


def _read_record(make, board, updates_firmware):
    from .records import newest
    files = platform.read('boot0'), platform.read('boot1')
    record = newest(*files)
    if updates_firmware and _has_two():
        from .partition import find
        board.firmware = find(record.trial == 'f')
    if board.firmware:
        from .firmware import FirmwareRecord, FirmwareTrial
        from .settling import settle
        board.firmware.settle = settle
        FirmwareRecord.firmware = board.firmware
        make.new_trial = FirmwareTrial
        record = newest(*files, FirmwareRecord)
    if not board.firmware and record.transfer and record.transfer.manifest['kind'] == KIND_ESP32_IMAGE:
        # Begun when it had a place to go to.
        record.end_transfer()
    newest = None
    _drop('records')
    return record


# What has done its work makes room for what comes next.
def _drop(name):
    del sys.modules['edgemesh.' + name]
    delattr(edgemesh, name)
    gc.collect()


# A program's `import edgemesh` finds the functions and nothing else.
def _hide():
    for name in list(sys.modules):
        if name.startswith('edgemesh.'):
            del sys.modules[name]
            try:
                delattr(edgemesh, name[9:])
            except AttributeError:
                pass


# Whether the board has another slot for firmware. Here, since even the names in partition would stay in memory.
def _has_two():
    try:
        from esp32 import Partition
        return Partition(Partition.RUNNING).get_next_update()
    except (ImportError, OSError):
        # Another chip than an ESP32 has no such module.
        return None


# The slot that the record says, where the slot's checksum agrees; '' for none. A trial's attempt is counted in the files before anybody acts on it.
def choose_slot(record, board, agent):
    while True:
        before = record.trial, record.attempts
        slot = record.select()
        if before != (record.trial, record.attempts) and not agent.boot_store.try_save() and record.trial:
            # An attempt that is not counted could be made for ever.
            record.condemn(CODE_STORAGE_FAILED, 'The boot record cannot be written, so no trial can be counted.')
            continue
        if not slot:
            return ''
        try:
            if _is_whole(slot, record.images[slot], board):
                return slot
            agent.log('The program in slot %s is damaged.' % slot, 'error')
            record.broken(slot)
        except OSError as e:
            agent.log('Slot %s cannot be read: %r' % (slot, e), 'error')
            if slot != record.trial:
                # It may be read at the next boot, so the record keeps it; until then the hub can still reach the agent.
                return ''
            record.condemn(CODE_STORAGE_FAILED, 'The image in the slot cannot be read.')
        agent.boot_store.try_save()


# Raises OSError where the file is there and cannot be read.
def _is_whole(slot, image, board):
    for tries in range(_READ_TRIES):
        try:
            return _hash(slot, board) == image['sha256']
        except OSError as e:
            if e.errno == ENOENT:
                return False
            fault = e
        board.sleep_ms(_READ_PAUSE_MS)
    raise fault


def _hash(slot, board):
    digest = sha256()
    scratch = memoryview(bytearray(1024))
    with platform.open_file(slot + '.img', 'rb') as f:
        while True:
            count = f.readinto(scratch)
            if not count:
                return to_hex(digest.digest())
            digest.update(scratch[:count])
            board.feed()
