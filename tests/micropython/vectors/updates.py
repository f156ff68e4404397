# Offers, who signed them, the receiver, and what the agent reads of messages.
from checks import check, due_of, words
from edgemesh import checked, contracts, crypto, offer, slots
from edgemesh.fields import Refused


def profile_of(base, changes):
    p = offer.Profile('', [], 0, 0, 0, [])
    p.trusted = []
    for values in base, changes:
        for name in values:
            setattr(p, name, values[name])
    return p


def offer_judge(v):
    for c in v['cases']:
        try:
            offered = offer.Transfer(1, c['manifest'], c['chunk_bytes'])
            code = (offer.judge(offered, c['encoding'], profile_of(v['profile'], c.get('profile', {}))) or ('',))[0]
        except Refused:
            code = 'manifest_invalid'
        check(c['name'], code, c['code'])


def publishers(v):
    codes = 'signature_required', 'publisher_untrusted', 'signature_invalid'
    from edgemesh.publishers import check as signer_of
    for c in v['cases']:
        work = signer_of(c['trusted'], c['offer'], c['kind'], crypto.from_base64url, codes)
        before = 0
        try:
            while True:
                percent = next(work)
                if not before <= percent < 100:
                    check(c['name'] + ', progress', percent, before)
                before = percent
        except StopIteration as e:
            signer, refused = e.value
        check(c['name'], (refused[0] if refused else '', signer), (c['code'], c.get('signer')))
    for s in v['successions']:
        record = slots.BootRecord()
        record.keys = s['keys']
        record.succeed(s['signer'])
        check(s['name'], record.keys, s['after'])
        configured = v['configured']
        check(s['name'] + ', trusted', [slots.key_of(record.keys, configured['pin'], configured['kind']) or configured], s['trusted'])


SENT = {contracts.TOPIC_OTA_ACCEPT: ('accept', 'session', 'next', 'window'),
        contracts.TOPIC_OTA_CHUNK_ACK: ('chunk_ack', 'session', 'next', 'bitmap'),
        contracts.TOPIC_OTA_VERIFY: ('verify', 'session', 'checked', 'sha256', 'signature'),
        contracts.TOPIC_OTA_REJECT: ('reject', 'session', 'code'),
        contracts.TOPIC_OTA_ABORT_UP: ('abort', 'session', 'code')}


def effect_text(effect):
    if effect[0] == 'send':
        name, *members = SENT[effect[1]]
        return ' '.join(['send ' + name] + ['%s=%s' % (m, effect[2][m]) for m in members if m in effect[2]])
    if effect[0] in ('hold', 'append_held', 'trim', 'refuse'):
        return '%s %s' % effect[:2]
    return effect[0]


def receiver_event(v, text):
    name, p = words(text)
    if name == 'restored':
        return name, offer.Transfer(p['session'], v['manifests'][p['manifest']], p['chunk_bytes']), p['stored']
    if name == 'offer':
        p['manifest'] = v['manifests'].get(p['manifest'], p['manifest'])
        return 'offered', p
    if name == 'chunk':
        return 'chunk_arrived', p['session'], p['sequence'], p['length']
    if name == 'hashed':
        return name, p['checked'], p.get('sha256', '')
    if name == 'signature':
        key = '578dd5760eebf8f976fed730911bbf811b568ada3309196fedddad9d8a4f83d0'
        signer = {'pin': key, 'kind': 'micropython-app', 'key': key, 'sequence': p['sequence']} if 'sequence' in p else None
        return 'signature_checked', p['percent'], signer, (p['code'], '') if 'code' in p else None
    if name == 'complete':
        return 'completed', p['session']
    if name == 'abort':
        return 'aborted', p['session']
    if name == 'storage_failed':
        return name, p['code']
    return name,


def run_receiver(v):
    for s in v['scenarios']:
        machine = checked.CheckedReceiver(profile_of(v['profile'], s.get('profile', {})))
        for i, step in enumerate(s['steps']):
            at = '%s, step %d' % (s['name'], i)
            came = machine.step(receiver_event(v, step['event']), step['at'])
            check(at, [effect_text(e) for e in came], step['effects'])
            if 'due' in step:
                check(at + ', due', due_of(machine), step['due'])


# What the agent makes of it does not matter here: whether it reads it does.
class Reader:
    _board = _delivery = None

    class _record:
        report = None

    def __init__(self):
        self._board = self._delivery = self
        self.read = False

    def now_ms(self):
        return 0

    def _refresh_profile(self, now_ms):
        pass

    def step(self, event, now_ms):
        self.read = True

    def step_trial(self, kind, detail):
        self.read = True


def down_messages(v):
    from edgemesh.agent import Agent
    for c in v['cases']:
        reader = Reader()
        try:
            Agent.take(reader, c['topic'], c['body'])
        except Refused:
            pass
        check(c['name'], reader.read, c['accepted'])


RUNS = {
    'offer-judge': offer_judge,
    'publishers': publishers,
    'receiver': run_receiver,
    'messages': down_messages,
}
