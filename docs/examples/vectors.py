"""Holds protocol.py to shared/vectors: python3 docs/examples/vectors.py. Prints a line a file; the exit code is 1 where a case fails."""
import json
import os
import sys

import protocol

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared/vectors")


def refused(action, code=None):
    try:
        action()
    except protocol.Refused as e:
        return code is None or str(e) == code
    except (ValueError, KeyError):
        return code in (None, "message_invalid")
    return False


def hkdf(v):
    for case in v["cases"]:
        derived = protocol.hkdf(*(bytes.fromhex(case[n]) for n in ("key", "salt", "info")))
        yield derived.hex()[:2 * case["length"]] == case["derived"][:64]


def device_key(v):
    key = protocol.DeviceKey(bytes.fromhex(v["secret"]), v["site"], v["device"])
    up, down = key.session(bytes.fromhex(v["device_nonce"]), bytes.fromhex(v["hub_nonce"]))
    yield key.handshake.hex() == v["handshake"]
    yield key.broker_password == v["broker_password"]
    yield (up.hex(), down.hex()) == (v["session_up"], v["session_down"])


def handshake(v):
    topic = "%s/%s/devices/%s/" % (protocol.ROOT, v["site"], v["device"])
    key = protocol.DeviceKey(bytes.fromhex(v["secret"]), v["site"], v["device"])
    yield protocol.sign(key.handshake, topic + "up/hello", {"v": 1, "nonce": v["device_nonce"]}).decode() == v["hello"]
    yield protocol.signed(key.handshake, topic + "down/welcome", v["welcome"].encode())
    welcome = protocol.body_of(v["welcome"].encode())
    session = protocol.Session(*key.session(bytes.fromhex(welcome["device_nonce"]), bytes.fromhex(welcome["nonce"])))
    yield session.seal(topic + "up/status", {"status": "online"}).decode() == v["first_up"]["payload"]
    yield session.open(topic + "down/command", v["first_down"]["payload"].encode())["name"] == "identify"
    yield refused(lambda: session.open(topic + "down/command", v["first_down"]["payload"].encode()), "replayed")


def signed_json(v):
    key = bytes.fromhex(v["key"])
    for case in v["accepted"]:
        yield protocol.signed(key, case["topic"], case["payload"].encode())
    for case in v["refused"]:
        yield not protocol.signed(key, case["topic"], case["payload"].encode())


def chunk_frame(v):
    key = bytes.fromhex(v["key"])
    for case in v["accepted"]:
        yield protocol.chunk_of(key, v["topic"], bytes.fromhex(case["frame"])) == (case["session"], case["sequence"], bytes.fromhex(case["data"]))
    for case in v["refused"]:
        yield refused(lambda: protocol.chunk_of(key, v["topic"], bytes.fromhex(case["frame"])))


def replay_window(v):
    for case in v["cases"]:
        window = protocol.ReplayWindow()
        yield [window.accept(c) for c in case["counters"]] == case["accepted"]


def offer_judge(v):
    for case in v["cases"]:
        profile = dict(v["profile"], encodings=["raw", "base64"], **case.get("profile", {}))
        try:
            code = protocol.judge(protocol.manifest_of(case["manifest"]), case["chunk_bytes"], case["encoding"], profile)
        except ValueError:
            code = "manifest_invalid"
        yield code == case["code"]


def main():
    failed = 0
    for name, check in (("hkdf", hkdf), ("device-key", device_key), ("handshake", handshake), ("signed-json", signed_json), ("chunk-frame", chunk_frame), ("replay-window", replay_window),
                        ("offer-judge", offer_judge)):
        with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as f:
            results = list(check(json.load(f)))
        print("%s: %d passed, %d failed" % (name, results.count(True), len(results) - results.count(True)))
        failed += not results or not all(results)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
