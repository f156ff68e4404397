# With what the device connects by TLS: the identity of its configuration, or one that the hub sent, in the files identity0 and identity1.
#
# A new one goes to the file that does not hold the one in use, so no power cut takes that. It is tried first; where it fails, the others
# are tried in turn, for ever. Once the hub was reached with it, a copy that says proven replaces the older file: from then on what is
# older is not tried any more, since an authority may have been given up because its key got out. Another configuration ends all of that.
import gc
from hashlib import sha256
from time import gmtime, time
from . import platform, tls
from .contracts import (
    CODE_SEQUENCE_NOT_ABOVE, CODE_STORAGE_FAILED, CODE_STORAGE_FULL, IDENTITY_ATTEMPTS, IDENTITY_BYTES)
from .crypto import to_hex
from .fields import Refused, integer, invalid, text
from .slots import checked, read_checked

# Not in errno, though littlefs and FAT raise it.
_ENOSPC = 28
# Ports count from 1970 or from 2000.
_EPOCH_2000 = 946684800
_NUMBER = 999999999999999999
_MEMBERS = 'ca', 'certificate', 'private_key'


# The members of an identity; raises Refused where they are none.
def check(o):
    integer(o, 'sequence', 1, _NUMBER)
    if ('certificate' in o) != ('private_key' in o):
        invalid('private_key', 'there with "certificate", and only then')
    for name in _MEMBERS:
        if name in o or name == 'ca':
            if not text(o, name, IDENTITY_BYTES).startswith('-----BEGIN '):
                invalid(name, 'PEM')
    return {name: o[name] for name in ('sequence',) + _MEMBERS if name in o}


class Identities:
    def __init__(self, config):
        own = {'sequence': 0}
        self._configured_seconds = config['time']
        for name in _MEMBERS:
            # Out of the configuration: nobody else needs them, and they are large.
            if name in config:
                own[name] = config.pop(name)
        self._configured = to_hex(sha256((own['ca'] + own.get('certificate', '')).encode()).digest())
        files = [self._load(0), self._load(1)]
        self._failures = self._next = 0
        found = sorted([f for f in files if f], key=lambda f: -f['sequence'])
        proven = max([f['sequence'] for f in found if f['proven']] or [0])
        self._candidates = [f for i, f in enumerate(found) if f['sequence'] >= proven and (not i or f['sequence'] < found[0]['sequence'])]
        if not proven:
            self._candidates.append(own)
        # Without the texts, which the candidates have.
        self._files = [f and {'sequence': f['sequence'], 'proven': f['proven']} for f in files]
        self._current = self._candidates[0]
        self._made = self._context = None

    # The number of the one that the connection was made with.
    @property
    def sequence(self):
        return self._current['sequence']

    # A clock that was never set says 2000, and then no certificate has begun: it is set to what the time was at least, by the configuration,
    # or when the hub sent the identity, since a new authority's certificates may begin after the configuration was written.
    def set_clock(self, board):
        at_least = max(self._current.get('time', 0), self._configured_seconds)
        if time() + (_EPOCH_2000 if gmtime(0)[0] == 2000 else 0) < at_least:
            board.set_clock(at_least)

    # A connection is to be made: with this context. A ValueError where certificates cannot be read.
    def begin(self):
        self._current = self._candidates[self._next]
        if self._made is not self._current:
            self._context = None
            self._context = tls.context(self._current)
            self._made = self._current
        return self._context

    # The hub was not reached with it.
    def failed(self):
        self._failures += 1
        if self._failures >= IDENTITY_ATTEMPTS:
            self._failures = 0
            self._next = (self._next + 1) % len(self._candidates)

    # Whether another one than the connection was made with is to be tried next.
    @property
    def fresh(self):
        return self._candidates[self._next] is not self._current

    # The hub was reached with it. Where that cannot be kept, it is tried again the next time.
    def reached(self):
        self._failures = 0
        file = self._file_of(self.sequence)
        if not self.sequence or self._files[file]['proven']:
            return
        try:
            self._write(1 - file, self._current, True)
        except OSError as e:
            print('edgemesh: error: that the hub was reached with its new identity cannot be kept: %r' % e)
            return
        self._candidates = [self._current]
        self._next = 0

    # Keeps another one, which the next connection is made with, and gives the answer. Where it cannot be kept, all stays as it was.
    def take(self, body, unix_seconds):
        identity = check(body)
        identity['time'] = unix_seconds
        answer = {'sequence': identity['sequence'], 'state': 'rejected'}
        if identity['sequence'] <= self.sequence:
            answer['code'] = CODE_SEQUENCE_NOT_ABOVE
            return answer
        try:
            self._write(1 - self._file_of(self.sequence) if self.sequence else 0, identity, False)
        except OSError as e:
            answer['code'] = CODE_STORAGE_FULL if e.errno == _ENOSPC else CODE_STORAGE_FAILED
            answer['reason'] = repr(e)
            return answer
        self._candidates = [identity, self._current]
        self._failures = self._next = 0
        answer['state'] = 'stored'
        return answer

    # Where both files hold it, the one that is proven.
    def _file_of(self, sequence):
        first, second = [f is not None and f['sequence'] == sequence for f in self._files]
        return 1 if second and (not first or self._files[1]['proven']) else 0

    def _write(self, file, identity, proven):
        record = dict(identity, proven=proven, configured=self._configured)
        self._files[file] = None
        gc.collect()
        platform.write('identity%d' % file, checked(record))
        self._files[file] = {'sequence': identity['sequence'], 'proven': proven}

    def _load(self, file):
        o = read_checked(platform.read('identity%d' % file))
        if not o or o.get('configured') != self._configured:
            return None
        try:
            return dict(check(o), proven=o.get('proven') is True, time=integer(o, 'time', 0, _NUMBER, 0))
        except Refused:
            return None
