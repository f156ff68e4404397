# The device's side of one try to be enrolled: begin -> answer, confirm -> grant, stored -> done. Pure. Import it for an enrolment, and drop it.
from hashlib import sha256
from .contracts import (
    CODE_ENROLLMENT_REFUSED, CODE_MESSAGE_INVALID, ENROLL_UP, JSON_PAYLOAD_BYTES, NAME_LENGTH, PROTOCOL_VERSION, REASON_LENGTH)
from .crypto import Hmac, equal, from_base64url, from_hex, hkdf, to_hex
from .fields import Refused, digits, integer, is_name, parse_object, text
from .gcm import Gcm

TOKEN_LENGTH = 8
CODE_LENGTH = 26
USER_PREFIX = 'enroll-'
_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
_LIKES = {'o': '0', 'i': '1', 'l': '1', ' ': '-'}
_WAIT_MS_MAX = 3600000
_WORKING, _BEGUN, _ANSWERED, _CONFIRMED, _GRANTED, _DONE, _FAILED = range(7)


# Token and PIN or code of what somebody typed (Crockford's base32); None where it is neither.
def read_secret(typed):
    if len(typed) > 64:
        return None
    read = ''
    for c in typed:
        if 'A' <= c <= 'Z':
            c = chr(ord(c) + 32)
        c = _LIKES.get(c, c)
        if c != '-':
            if c not in _ALPHABET:
                return None
            read += c
    token, value = read[:TOKEN_LENGTH], read[TOKEN_LENGTH:]
    if len(value) == CODE_LENGTH or 6 <= len(value) <= 8 and all('0' <= c <= '9' for c in value):
        return token, value


class DeviceEnrollment:
    # random: the platform's source. id: the one it would like; '' for any.
    def __init__(self, secret, type, runtime, id, random):
        self.token, self._value = secret
        self._sid = random(16)
        self._channel = ENROLL_UP.replace('{}', self.token)[:-3].encode()
        tier = 'code' if len(self._value) == CODE_LENGTH else 'pin'
        self._fields = ('%d\n%s\n%s\n%s\n%s' % (PROTOCOL_VERSION, tier, type, runtime, id)).encode()
        self._begin = '"v":%d,"tier":"%s",%%s"type":"%s","runtime":"%s"%s' % (
            PROTOCOL_VERSION, tier, type, runtime, ',"id":"%s"' % id if id else '')
        # The message that the hub has not answered; to be sent after wait_ms whenever the number grows, and again in a new connection.
        self.outgoing = self.configuration = self._cpace = self._isk = None
        self.outgoing_number = self.wait_ms = 0
        self.code = self.reason = ''
        self._phase = _WORKING
        if tier == 'pin':
            from .cpace import CPace
            self._cpace = CPace(True, self._value.encode(), self._channel, self._sid, self._fields, random(32))
        else:
            self._send_begin('')

    @property
    def user(self):
        return USER_PREFIX + self.token

    @property
    def done(self):
        return self._phase == _DONE

    # How much of the curve's work is done: 0 to 100.
    @property
    def progress(self):
        return self._cpace.progress() if self._cpace else 100

    # Does so many field multiplications; True where there is nothing to do at present.
    def step(self, multiplications):
        cpace = self._cpace
        if not cpace or self._phase == _FAILED:
            return True
        if not cpace.step(multiplications):
            return False
        if self._phase == _WORKING:
            self._send_begin('"share":"%s",' % to_hex(cpace.share))
        elif self._phase == _ANSWERED:
            self._confirm(cpace.tag, None if cpace.refused else cpace.confirm(self._hub_tag))
        return True

    # Says how far the work is, which extends the hub's patience.
    def progress_message(self):
        return self._message('progress', '"percent":%d' % self.progress)

    # What is not for this try, or cannot be read, changes nothing.
    def take(self, payload):
        o = parse_object(payload) if len(payload) <= JSON_PAYLOAD_BYTES else None
        if not o or o.get('sid') != to_hex(self._sid):
            return
        try:
            m = o.get('m')
            if m == 'answer':
                self._take_answer(o)
            elif m == 'grant':
                self._take_grant(o)
            elif m == 'done':
                self._take_done(o)
            elif m == 'refuse':
                self._take_refusal(o)
        except (Refused, ValueError):
            pass

    # The configuration is stored.
    def stored(self):
        self._send('stored', '"tag":"%s"' % to_hex(Hmac(self._key('stored')).digest(self.configuration)))

    def _take_answer(self, o):
        nonce = digits(o, 'nonce', 32)
        site, device = text(o, 'site', NAME_LENGTH), text(o, 'device', NAME_LENGTH)
        ca = digits(o, 'ca_sha256', 64) if 'ca_sha256' in o else ''
        tag = from_hex(text(o, 'tag', 128))
        share = from_hex(digits(o, 'share', 64)) if self._cpace else None
        if self._phase != _BEGUN or not is_name(site) or not is_name(device):
            return
        self._identity = site, device, ca
        self._phase = _ANSWERED
        self.outgoing = None
        self.wait_ms = 0
        fields = ('%s\n%s\n%s\n%s' % (nonce, site, device, ca)).encode()
        if self._cpace:
            self._hub_tag = tag
            self._cpace.receive(share, fields)
            return
        bound = b'\n'.join((b'', self._channel, self._fields, fields))

        # HKDF of the code: who records the tags can try codes on them at leisure, of which there are 2^130.
        def derive(use, length):
            return hkdf(self._value.encode(), self._sid + from_hex(nonce), b'enroll-code ' + use + bound, length)
        self._confirm(derive(b'device', 32), derive(b'key', 64) if equal(derive(b'hub', 32), tag) else None)

    def _confirm(self, tag, isk):
        if not isk:
            self._fail(CODE_ENROLLMENT_REFUSED,
                       'The hub does not know this PIN or code, or somebody changed its messages. Check what was typed; a new try counts.')
            self._send('abort', '"code":"%s"' % CODE_ENROLLMENT_REFUSED)
            return
        self._isk = isk
        self._phase = _CONFIRMED
        self._send('confirm', '"tag":"%s"' % to_hex(tag))

    # What is changed on the way cannot be opened, and changes nothing.
    def _take_grant(self, o):
        sealed = from_base64url(text(o, 'enc', JSON_PAYLOAD_BYTES)) if self._phase == _CONFIRMED else None
        # One plaintext is sealed under the key, ever: so the nonce may be zero.
        opened = sealed and Gcm(self._key('grant')).open(bytes(12), self._channel, sealed)
        configuration = opened and parse_object(opened)
        if not configuration:
            return
        ca = configuration.get('ca', '')
        if (configuration.get('site'), configuration.get('device'),
                to_hex(sha256(ca.encode()).digest()) if ca else '') != self._identity:
            self._fail(CODE_ENROLLMENT_REFUSED,
                       'The hub grants another identity or authority than it agreed to. Report this: no honest hub does it.')
            return
        self.configuration = bytes(opened)
        self._phase = _GRANTED
        self.outgoing = None

    def _take_done(self, o):
        tag = from_hex(text(o, 'tag', 64))
        if self._phase == _GRANTED and equal(Hmac(self._key('done')).digest(self.configuration), tag):
            self._phase = _DONE
            self.outgoing = None

    # Nobody vouches for a refusal; so it counts only until the hub has proved itself by a grant.
    def _take_refusal(self, o):
        wait_ms = integer(o, 'wait_ms', 0, _WAIT_MS_MAX, 0)
        if self._phase not in (_BEGUN, _CONFIRMED):
            return
        if wait_ms:
            self.wait_ms = wait_ms
            self.outgoing_number += 1
        else:
            self._fail(text(o, 'code', 40, '') or CODE_MESSAGE_INVALID, text(o, 'reason', REASON_LENGTH, ''))

    def _fail(self, code, reason):
        self._phase = _FAILED
        self.outgoing = None
        self.code, self.reason = code, reason

    def _key(self, use):
        return hkdf(self._isk, self._sid, b'enroll ' + use.encode())

    def _message(self, name, members):
        return ('{"m":"%s","sid":"%s",%s}' % (name, to_hex(self._sid), members)).encode()

    def _send_begin(self, share):
        self._phase = _BEGUN
        self._send('begin', self._begin % share)

    def _send(self, name, members):
        self.outgoing = self._message(name, members)
        self.outgoing_number += 1
