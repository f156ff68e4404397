# What is computed on Curve25519.
from checks import check
from edgemesh import crypto
from edgemesh.crypto import from_hex as unhex
from time import ticks_diff, ticks_ms


# What a generator returns, and the sum of what it yields.
def run_out(work):
    total = 0
    try:
        while True:
            total += next(work)
    except StopIteration as e:
        return e.value, total


def x25519(v):
    from edgemesh import curve25519
    for c in v['cases']:
        product, total = run_out(curve25519.x25519(unhex(c['scalar']), unhex(c['u'])))
        check(c['source'], (crypto.to_hex(product), total), (c['product'], curve25519.LADDER))
    k = unhex(v['iterated']['start'])
    started = ticks_ms()
    after_1 = run_out(curve25519.x25519(k, k))[0]
    print('took', 'X25519', ticks_diff(ticks_ms(), started))
    check('iterated', crypto.to_hex(after_1), v['iterated']['after_1'])


def ed25519(v):
    from edgemesh import ed25519
    for c in v['cases']:
        started = ticks_ms()
        valid, total = run_out(ed25519.verification(unhex(c['public_key']), unhex(c['message']), unhex(c['signature'])))
        check(c['source'], valid, c['valid'])
        if c['source'] == 'RFC 8032 7.1, test 3':
            print('took', 'Ed25519', ticks_diff(ticks_ms(), started), total)


def cpace(v):
    from edgemesh import cpace

    def side(c, initiator):
        return cpace.CPace(initiator, unhex(c['prs']), unhex(c['ci']), unhex(c['sid']),
                           unhex(c['ad_a' if initiator else 'ad_b']), unhex(c['ya' if initiator else 'yb']))

    def run(side, portion):
        last = side.progress()
        while not side.step(portion):
            if not last <= side.progress() <= 100:
                print('failed cpace: progress', last, side.progress())
            last = side.progress()

    for c in v['cases']:
        started = ticks_ms()
        a = side(c, True)
        run(a, 100)
        b = side(c, False)
        ad_a, ad_b = unhex(c['ad_a']), unhex(c['ad_b'])
        check(c['source'], b.receive(a.share, ad_a), True)
        run(b, 10)
        check(c['source'], a.receive(b.share, ad_b), True)
        run(a, 1)
        print('took', 'CPace', ticks_diff(ticks_ms(), started) // 2, cpace.MULTIPLICATIONS)
        check(c['source'], [crypto.to_hex(x) for x in (a.share, b.share, a.tag, b.tag)],
              [c['share_a'], c['share_b'], c['tag_a'], c['tag_b']])
        check(c['source'], (a.progress(), b.progress(), a._done), (100, 100, cpace.MULTIPLICATIONS))
        check(c['source'], a.confirm(a.tag) or a.confirm(b.tag), None)
        check(c['source'], crypto.to_hex(b.confirm(a.tag)), c['isk'])
    c = v['cases'][0]
    for refused in v['refused_shares'] + [{'source': 'its own', 'share': c['share_a']}]:
        a = side(c, True)
        share = unhex(refused['share'])
        check(refused['source'], a.receive(share, unhex(c['ad_a'])), len(share) == 32)
        run(a, 1000)
        check(refused['source'], (a.refused, a.tag, a.confirm(bytes(64))), (True, None, None))


RUNS = {
    'x25519': x25519,
    'ed25519': ed25519,
    'cpace': cpace,
}
