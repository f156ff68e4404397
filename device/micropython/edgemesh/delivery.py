# Carries out what the receiver asks of the slot's file, the boot record and the hub.
from hashlib import sha256
from micropython import const
from . import platform
from .contracts import CODE_STORAGE_FAILED, CODE_STORAGE_FULL
from .crypto import to_hex
from .receiver import OtaReceiver

# Not in errno, though littlefs and FAT raise it.
_ENOSPC = const(28)
_SCRATCH_BYTES = const(512)
_SLICES = const(16)
_PROGRESS_MS = const(2000)


class Delivery:
    # Where a firmware goes; None where there is no such place.
    firmware = None

    # boot_store: the record's. The agent's: send(topic kind, body), refused(code, reason), report_wanted(), reboot(), log().
    def __init__(self, boot_store, profile, agent):
        self.receiver = OtaReceiver(profile)
        self._profile = profile
        self._boot_store = boot_store
        self._record = boot_store.record
        self._agent = agent
        self._scratch = bytearray(_SCRATCH_BYTES)
        self._data = None
        self._slot = None
        self._held = None
        # Which chunk stands at which place of the held file; a freed place is used again, so that it stays small.
        self._places = []
        self._hash = None

    # The slot's file and how far it came are all that a transfer needs to go on after a reboot.
    def restore(self, now_ms):
        if self._record.transfer:
            self.step(('restored', self._record.transfer, self._store.size(self._file_name())), now_ms)

    # As after a reset, without one.
    def restart(self, now_ms):
        try:
            self._close()
        except OSError as e:
            self._agent.log("The update's files cannot be closed: %r" % e, 'error')
        self.receiver.__init__(self._profile)
        self.restore(now_ms)

    def chunk(self, session, sequence, data, now_ms):
        self._data = data
        self.step(('chunk_arrived', session, sequence, len(data)), now_ms)
        self._data = None

    # Where an effect on storage fails, the rest are dropped and the receiver is told. No OSError leaves: to the connection it would
    # mean the network.
    def step(self, event, now_ms):
        try:
            for effect in self.receiver.step(event, now_ms):
                self._do(effect)
        except OSError as e:
            self._fail(e, event[0], now_ms)

    def _fail(self, error, kind, now_ms):
        self._agent.log("The update's storage failed: %r" % error, 'error')
        if kind != 'storage_failed':
            self.step(('storage_failed', CODE_STORAGE_FULL if error.errno == _ENOSPC else CODE_STORAGE_FAILED), now_ms)

    def poll(self, now_ms):
        if self._hash:
            try:
                self._hash_slice(now_ms)
            except OSError as e:
                self._fail(e, '', now_ms)
        if now_ms >= self.receiver.due_ms:
            self.step(('tick',), now_ms)

    # Whether there is work that waits for nothing.
    @property
    def working(self):
        return self._hash is not None

    def _file_name(self):
        return self._record.target + '.img'

    @property
    def _store(self):
        return self.firmware if self._record.target == 'f' else platform

    def _do(self, effect):
        kind = effect[0]
        if kind == 'append':
            self._open_slot().write(self._data)
        elif kind == 'send':
            self._agent.send(effect[1], effect[2])
        elif kind == 'flush':
            if self._slot:
                self._slot.flush()
        elif kind == 'hold':
            self._hold(effect[1])
        elif kind == 'append_held':
            self._append_held(effect[1])
        elif kind == 'refuse':
            self._agent.refused(effect[1], effect[2])
        elif kind == 'open_slot':
            self._close()
            self._record.begin_transfer(effect[1])
            self._boot_store.save()
            self._slot = self._store.open_file(self._file_name(), 'wb')
        elif kind == 'adopt':
            self._record.transfer = effect[1]
            self._boot_store.save()
        elif kind == 'trim':
            self._close()
            self._store.trim(self._file_name(), effect[1], self._scratch)
        elif kind == 'hash':
            self._begin_hash()
        elif kind == 'discard':
            try:
                self._close()
            except OSError:
                # What a file could not write at its end goes with it.
                pass
            # Room first: where storage is full, the record can only be written once the slot is empty.
            platform.remove('held')
            self._store.remove(self._file_name())
            self._record.end_transfer()
            self._boot_store.save()
        elif kind == 'apply':
            self._close()
            platform.remove('held')
            self._boot_store.save_trial()
            self._agent.reboot()
        elif kind == 'report':
            self._agent.report_wanted()

    def _open_slot(self):
        if not self._slot:
            self._slot = self._store.open_file(self._file_name(), 'ab')
        return self._slot

    def _hold(self, sequence):
        if not self._held:
            self._held = platform.open_file('held', 'w+b')
        if None in self._places:
            place = self._places.index(None)
            self._places[place] = sequence
        else:
            place = len(self._places)
            self._places.append(sequence)
        self._held.seek(place * self._record.transfer.chunk_bytes)
        self._held.write(self._data)

    def _append_held(self, sequence):
        transfer = self._record.transfer
        place = self._places.index(sequence)
        self._places[place] = None
        self._held.seek(place * transfer.chunk_bytes)
        left = transfer.length_of(sequence)
        while left:
            view = memoryview(self._scratch)[:min(left, _SCRATCH_BYTES)]
            platform.read_full(self._held, view)
            self._slot.write(view)
            left -= len(view)

    def _begin_hash(self):
        self._close()
        self._hash = sha256()
        self._hashed = 0
        self._told_ms = None
        self._slot = self._store.open_file(self._file_name(), 'rb')

    def _hash_slice(self, now_ms):
        size = self._record.transfer.size
        for _ in range(_SLICES):
            count = self._slot.readinto(memoryview(self._scratch)[:min(_SCRATCH_BYTES, size - self._hashed)])
            self._hash.update(memoryview(self._scratch)[:count])
            self._hashed += count
            if not count or self._hashed == size:
                digest = to_hex(self._hash.digest())
                self._close()
                self.step(('hashed', self._hashed, digest), now_ms)
                return
        if self._told_ms is None:
            self._told_ms = now_ms
        elif now_ms - self._told_ms >= _PROGRESS_MS:
            self._told_ms = now_ms
            self.step(('hashed', self._hashed, ''), now_ms)

    def _close(self):
        files = self._slot, self._held
        self._hash = self._slot = self._held = None
        self._places = []
        for f in files:
            if f:
                f.close()
