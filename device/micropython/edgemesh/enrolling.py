# Has this board enrolled by what /enroll.json says, and starts it anew with its identity. All of it can go when it has done its work.
import os
import sys
from json import dumps, loads
from . import config, platform
from .contracts import ENROLL_DOWN, ENROLL_UP
from .enrollment import DeviceEnrollment, read_secret
from .fields import Refused, integer, invalid, is_name, parse_object, text
from .mqtt import Client

PATH = '/enroll.json'
# Relative: a port's VfsPosix takes two absolute paths of a rename for one.
_TEMPORARY = 'identity'
# A grant with certificates fits.
_BUFFER_BYTES = 8192
_PLAIN_PORT = 1883
_PORTION = 60
_KEEPALIVE_S = 30
_PAUSE_MS = 2000
_PROGRESS_MS = 1000
# A used PIN's account is gone, which looks like any refusal.
_PATIENCE_MS = 300000
_FAREWELL_MS = 10000
_MODULES = 'enrolling', 'enrollment', 'cpace', 'curve25519', 'sha512', 'gcm'


# Returns where it cannot be done, which is said; then the identity that the board had before goes on.
def enroll():
    try:
        wanted = _read()
        board = platform.Platform()
        board.join(config.networks(wanted))
        if not board.random:
            raise Refused('', 'this board has no source of randomness (os.urandom); nothing it proves would be safe')
        _Enrolling(wanted, board).run()
        board.reset()
    except Refused as e:
        print('edgemesh: enrolment: %s. Mend it, and write %s anew.' % (e.reason.rstrip('.'), PATH))
        # Lest every start uses up a try.
        os.rename(PATH, PATH + '.failed')
    finally:
        import edgemesh
        for name in _MODULES:
            if sys.modules.pop('edgemesh.' + name, None):
                try:
                    delattr(edgemesh, name)
                except AttributeError:
                    pass


def _read():
    with open(PATH, 'rb') as f:
        o = parse_object(f.read())
    if o is None:
        raise Refused('', '%s is not a JSON object' % PATH)
    if not text(o, 'host', 255):
        invalid('host', "the broker's address")
    port = integer(o, 'port', 1, 65535)
    if type(o.setdefault('tls', port != _PLAIN_PORT)) is not bool:
        invalid('tls', 'true or false')
    if not read_secret(text(o, 'pin', 64)):
        invalid('pin', 'what the hub shows: token-PIN or token-CODE')
    for name, default in ('type', 'esp32-mpy'), ('id', ''):
        if not is_name(o.setdefault(name, default)) and o[name]:
            invalid(name, 'a name')
    return o


# For this connection alone: the board has no authority to trust yet. The hub proves itself by the PIN, and binds its authority to that.
def _unverified():
    import ssl
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.verify_mode = ssl.CERT_NONE
    return made


class _Enrolling:
    def __init__(self, wanted, board):
        self._wanted = wanted
        self._board = board
        self._enrollment = e = DeviceEnrollment(read_secret(wanted['pin']), wanted['type'], 'micropython', wanted['id'], board.random)
        self._up, self._down = ENROLL_UP.replace('{}', e.token), ENROLL_DOWN.replace('{}', e.token)
        self._client = Client(_BUFFER_BYTES, lambda topic, payload: e.take(payload), lambda topic, count: None)
        self._tls = _unverified() if wanted['tls'] else None
        self._sent = -1
        self._dial_ms = self._send_ms = self._told_ms = 0
        self._told = -1
        self._stored = False

    def run(self):
        e, board, client = self._enrollment, self._board, self._client
        heard_ms = board.now_ms()
        while not e.done:
            now_ms = board.now_ms()
            try:
                self._poll(now_ms)
            except OSError as fault:
                client.close()
                print('edgemesh: enrolment: the connection failed: %r' % fault)
                self._dial_ms = now_ms + _PAUSE_MS
            if client.open:
                heard_ms = now_ms
            elif now_ms - heard_ms > _PATIENCE_MS:
                raise Refused('', 'the broker did not let it in; is the PIN still good, and the address right?')
            if e.code and e.outgoing is None or e.code and self._sent == e.outgoing_number:
                raise Refused(e.code, '%s [%s]' % (e.reason, e.code))
            if e.configuration and not self._stored:
                self._store()
                heard_ms = stored_ms = board.now_ms()
            if self._stored and now_ms - stored_ms > _FAREWELL_MS:
                break
            if e.step(_PORTION):
                if client.closed:
                    board.sleep_ms(50)
                else:
                    client.wait(50)
        client.close()
        print('edgemesh: enrolled')

    def _poll(self, now_ms):
        e, client, wanted = self._enrollment, self._client, self._wanted
        if client.closed:
            if self._board.online() and now_ms >= self._dial_ms:
                client.dial(wanted['host'], wanted['port'], e.user, e.user, e.token, None, _KEEPALIVE_S, now_ms, self._tls)
            return
        was_open = client.open
        client.poll(now_ms)
        if not client.open:
            return
        if not was_open:
            client.subscribe((self._down,))
            self._sent = -1
        if self._seen(now_ms) and client.publish(self._up, e.outgoing, 1):
            self._sent = e.outgoing_number
        percent = e.progress
        if percent != self._told and now_ms - self._told_ms >= _PROGRESS_MS:
            self._told, self._told_ms = percent, now_ms
            print('edgemesh: enrolment: %d %%' % percent)
            client.publish(self._up, e.progress_message(), 1)

    # Whether there is something to send now, after the pause that the hub asked for.
    def _seen(self, now_ms):
        e = self._enrollment
        if e.outgoing is None or self._sent == e.outgoing_number:
            self._send_ms = 0
            return False
        if e.wait_ms and not self._send_ms:
            self._send_ms = now_ms + e.wait_ms
        return now_ms >= self._send_ms

    # The identity in one step, beside the settings that the owner wrote; then the numbers that another hub counts anew.
    def _store(self):
        o = loads(self._enrollment.configuration)
        for name in self._wanted:
            if name not in ('pin', 'id', 'tls') and name not in o:
                o[name] = self._wanted[name]
        with open(_TEMPORARY, 'w') as f:
            f.write(dumps(o))
            f.flush()
        os.rename(_TEMPORARY, config.PATH)
        for name in 'command0', 'command1':
            platform.remove(name)
        os.remove(PATH)
        self._stored = True
        self._enrollment.stored()
