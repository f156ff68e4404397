# What a program asks of the agent through the edgemesh module, and commands on their way to its handlers.
from binascii import crc32
from micropython import const
import edgemesh
from . import platform
from .contracts import CODE_COMMAND_REPEATED, CODE_STORAGE_FAILED, TOPIC_RESPONSE, TOPIC_STATE, TOPIC_TELEMETRY
from .fields import LINE_BYTES, cut, integer, invalid, parse_object, text
from .program import sentence
from .signing import open_text

_WAITING = const(8)
_NAME_LENGTH = const(64)
_DEPTH = const(6)
# Signed, and encrypted as base64, it still fits into what the hub reads at once, JSON_PAYLOAD_BYTES.
_VALUE_BYTES = const(14000)
_SEQUENCE_MAX = 999999999999999999
# Members that signing appends.
_TAKEN = ('n', 'mac', 'enc')


class Requests:
    def __init__(self, agent):
        self._agent = agent
        self._handlers = {}
        self._commands = []
        self._waiting = []
        self._state = None
        self._serving = False
        # The number of the last command that was begun; its answer, until the next reset; and the file that does not hold it.
        self._begun, self._file = _last_begun()
        self._answered = None
        edgemesh.device_id = agent.device_id
        edgemesh._agent = self._ask

    # The program is gone, and with it what it registered.
    def forget(self):
        self._handlers.clear()
        self._serving = False

    def take(self, body):
        name = text(body, 'name', _NAME_LENGTH)
        transaction = text(body, 'transaction', _NAME_LENGTH, '')
        sequence = integer(body, 'sequence', 0, _SEQUENCE_MAX, 0)
        data = body.get('data', {})
        if type(data) is not dict:
            invalid('data', 'an object')
        if sequence and sequence <= self._begun:
            self._repeat(sequence, transaction)
        elif sequence and any(c[3] == sequence for c in self._commands):
            pass
        elif len(self._commands) == _WAITING:
            self._answer(transaction, error='%d commands wait already; send fewer at once.' % _WAITING)
        else:
            self._commands.append((name, data, transaction, sequence))

    # Outside of the agent's own work, since a handler may sleep.
    def serve(self):
        while self._commands and not self._serving:
            name, data, transaction, sequence = self._commands.pop(0)
            handler = self._handlers.get(name)
            if not handler:
                self._answer(transaction, error='The program that runs takes no command "%s".' % name)
                continue
            if sequence and not self._begin(sequence, transaction):
                continue
            self._serving = True
            try:
                answer = self._answer(transaction, handler(data))
            except Exception as e:
                answer = self._answer(transaction, error='The program failed on the command "%s": %s' % (name, sentence(e)))
            finally:
                self._serving = False
            if sequence:
                self._answered = answer

    # Keeps the number before the command runs: a reset in the middle of it does not make it run twice.
    def _begin(self, sequence, transaction):
        body = b'{"sequence":%d' % sequence
        try:
            platform.write('command%d' % self._file, body + b',"crc":%d}' % crc32(body))
        except OSError as e:
            self._answer(transaction, error='The command was not run, since its number could not be kept: %s' % e, code=CODE_STORAGE_FAILED)
            return False
        self._begun = sequence
        self._file ^= 1
        self._answered = None
        return True

    # While it runs there is no answer yet, and it will come.
    def _repeat(self, sequence, transaction):
        if sequence != self._begun or not self._answered:
            if sequence != self._begun or not self._serving:
                self._answer(transaction, error='The command was begun before and is not run again; its answer was lost.', code=CODE_COMMAND_REPEATED)
        else:
            self._agent.send(TOPIC_RESPONSE, dict(self._answered))

    # One that there is no memory to send is forgotten: it would end every connection at its welcome.
    def send_state(self):
        state, self._state = self._state, None
        if state:
            self._agent.send(TOPIC_STATE, dict(state), True)
            self._state = state

    # What was asked for in the middle of the agent's own work, by a timer's callback.
    def send_waiting(self):
        while self._waiting:
            self._ask(*self._waiting.pop(0), now=True)

    def _answer(self, transaction, data=None, error=None, code=None):
        body = {'status': 'error', 'error': error} if error else {'status': 'ok'}
        if code:
            body['code'] = code
        if data is not None:
            body['data'] = _checked(data)
        if transaction:
            body['transaction'] = transaction
        self._agent.send(TOPIC_RESPONSE, dict(body))
        return body

    def _ask(self, what, value, now=False):
        if what == 'on_command':
            self._handlers[value[0]] = value[1]
            return True
        value = cut(value, LINE_BYTES) if what == 'log' else _readings(value)
        if self._agent.busy and not now:
            if len(self._waiting) == _WAITING:
                return False
            self._waiting.append((what, value))
            return True
        if what == 'log':
            return self._agent.log(value)
        if what == 'state':
            self._state = value
            return self._agent.send(TOPIC_STATE, dict(value), True)
        return self._agent.send(TOPIC_TELEMETRY, dict(value))


# From two files written in turn, so that a torn one costs nothing: the number, and the file to write next.
def _last_begun():
    numbers = [0, 0]
    for i in (0, 1):
        body = parse_object(platform.read('command%d' % i) or b'')
        number = body and body.get('sequence')
        if type(number) is int and body.get('crc') == crc32(b'{"sequence":%d' % number):
            numbers[i] = number
    return max(numbers), 1 if numbers[0] > numbers[1] else 0


def _readings(values):
    for name in values:
        if type(name) is not str or name in _TAKEN:
            raise ValueError('a reading cannot be called %r: use another name' % (name,))
    return _checked(values)


# A copy of what can be sent: of what JSON can say, and no more than the hub reads.
def _checked(value):
    value = _clean(value, _DEPTH)
    count = len(open_text({'': value}))
    if count > _VALUE_BYTES:
        raise ValueError('%d bytes of JSON cannot be sent: %d are the most' % (count, _VALUE_BYTES))
    return value


# A copy of what JSON can say: NaN and infinities become null, anything else strange is refused.
def _clean(value, depth):
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if value - value == 0 else None
    if depth and kind in (list, tuple):
        return [_clean(v, depth - 1) for v in value]
    if depth and kind is dict:
        return {str(k): _clean(value[k], depth - 1) for k in value}
    raise ValueError('%r cannot be published: use numbers, text, lists and dicts' % (value,))
