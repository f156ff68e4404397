# Whether an offered manifest is a trusted publisher's: its signature, and the statements by which a trusted key hands over to a newer one.
# Import it for one check; with ed25519, curve25519 and sha512 it is large.
from binascii import unhexlify
from json import loads
from edgemesh.ed25519 import verification

# About what one check takes in field multiplications.
_MULTIPLICATIONS = 4300
_DOMAIN = b'edgemesh key statement\x00'


# A generator: yields the percent done, and returns (the key that signed, None) or (None, (code, reason)).
# decode: from_base64url; codes: those for required, untrusted and invalid.
def check(trusted, offer, kind, decode, codes):
    required, untrusted, invalid = codes
    publisher = offer.get('publisher', '')
    signature = offer.get('signature')
    if not signature or not publisher:
        return None, (required, 'Images of the kind "%s" must be signed by a publisher, and this one is not.' % kind)
    signature = decode(signature)
    if not signature:
        return None, (invalid, "The manifest's signature is not base64url.")
    signer = _find(trusted, publisher, kind)
    claims = []
    if not signer:
        try:
            signer, claims = _follow(trusted, offer.get('keys', ()), publisher, kind, decode)
        except ValueError:
            return None, (invalid, "The chain of the key cannot be read.")
        if not signer:
            return None, (untrusted, 'The key %s is not trusted for images of the kind "%s", and no chain leads to it from one that is.' % (
                publisher, kind))
    claims.append((publisher, decode(offer['manifest']), signature))
    right = 0
    for key, message, signature in claims:
        done = 0
        work = verification(unhexlify(key), message, signature)
        message = None
        try:
            while True:
                done += next(work)
                yield (100 * right + min(99, 100 * done // _MULTIPLICATIONS)) // len(claims)
        except StopIteration as e:
            if not e.value:
                return None, (invalid, "A signature is not the key's %s." % key)
        right += 1
    return signer, None


def _find(trusted, key, kind):
    for t in trusted:
        if t['key'] == key and t['kind'] == kind:
            return t


# The key trusted at the chain's end with the signatures that must be right for it, from the last statement by a key trusted now.
def _follow(trusted, texts, publisher, kind, decode):
    chain = [_statement(text, decode) for text in texts]
    anchor, first = None, 0
    for i, (s, _) in enumerate(chain):
        by = _find(trusted, s['by'], kind)
        if by:
            anchor, first = by, i
    if not anchor:
        return None, ()
    key, sequence = anchor['key'], anchor['sequence']
    claims = []
    for s, claim in chain[first:]:
        if s['by'] != key or kind not in s['kinds'] or s['sequence'] <= sequence:
            return None, ()
        claims.append(claim)
        key, sequence = s['key'], s['sequence']
    if key != publisher:
        return None, ()
    return {'pin': anchor['pin'], 'kind': kind, 'key': key, 'sequence': sequence}, claims


# The members and the claim. Raises ValueError where it is no statement.
def _statement(text, decode):
    data, _, signature = text.partition('.')
    data, signature = decode(data), decode(signature)
    s = loads(data) if data and signature else None
    if (type(s) is not dict or type(s.get('sequence')) is not int or s['sequence'] < 1 or type(s.get('kinds')) is not list
            or not all(type(s.get(name)) is str and len(unhexlify(s[name])) == 32 for name in ('by', 'key'))):
        raise ValueError
    return s, (s['by'], _DOMAIN + data, signature)
