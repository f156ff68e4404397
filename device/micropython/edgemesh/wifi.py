# The Wi-Fi station. Of the networks that it knows it joins the strongest in reach, where that fails the next one, and where all fail it
# rests, with the radio off, ever longer. Nothing here waits, but for a scan, which takes the driver some 2 s.
from micropython import const
from network import STA_IF, STAT_CONNECTING, STAT_GOT_IP, STAT_IDLE, WLAN

# Until then the driver's status may be that of the attempt before.
_SETTLE_MS = const(5000)
_PATIENCE_MS = const(20000)
_REST_MS = const(5000)
_REST_MAX_MS = const(300000)
_UNSEEN = const(-999)


class Station:
    # networks: dicts with ssid and key. feed keeps the watchdog quiet.
    def __init__(self, networks, feed):
        self._networks = networks
        self._feed = feed
        # None while the radio is off.
        self.wlan = None
        self._left = []
        self._tried_ms = self._due_ms = 0
        self._rest_ms = _REST_MS

    # Whether there is a network; does what is due to get one.
    def online(self, now_ms):
        try:
            if self.wlan and self.wlan.isconnected():
                # The driver comes back by itself after a moment without the access point.
                self._tried_ms, self._due_ms, self._rest_ms = now_ms, now_ms + _PATIENCE_MS, _REST_MS
                return True
            if now_ms >= self._due_ms or self.wlan and self._has_failed(now_ms):
                self._try_next(now_ms)
        except (OSError, RuntimeError, MemoryError) as e:
            # RuntimeError is what the driver's rarer errors are. Whatever it is: off, and on again later.
            print('edgemesh: Wi-Fi: %r' % e)
            self._rest(now_ms)
        return False

    def _has_failed(self, now_ms):
        status = self.wlan.status()
        if now_ms - self._tried_ms < _SETTLE_MS or status in (STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP):
            return False
        # 201: no such access point; 202: the key is wrong.
        print('edgemesh: Wi-Fi: fails with status', status)
        return True

    def _try_next(self, now_ms):
        wlan = self.wlan
        if wlan:
            # It would go on trying the one before.
            wlan.disconnect()
        else:
            self.wlan = wlan = WLAN(STA_IF)
            wlan.active(True)
            self._left = self._by_strength(wlan)
        if not self._left:
            self._rest(now_ms)
            return
        network = self._left.pop(0)
        self._tried_ms, self._due_ms = now_ms, now_ms + _PATIENCE_MS
        print('edgemesh: Wi-Fi: tries', network['ssid'])
        wlan.connect(network['ssid'], network['key'])

    # One that is not seen may be one that hides its name, so it is tried too, last.
    def _by_strength(self, wlan):
        networks = self._networks
        if len(networks) == 1:
            return networks[:]
        strength = {}
        self._feed()
        for seen in wlan.scan():
            strength[seen[0]] = max(seen[3], strength.get(seen[0], _UNSEEN))
        self._feed()
        return sorted(networks, key=lambda n: -strength.get(n['ssid'].encode(), _UNSEEN))

    def _rest(self, now_ms):
        wlan, self.wlan = self.wlan, None
        self._due_ms = now_ms + self._rest_ms
        self._rest_ms = min(self._rest_ms * 2, _REST_MAX_MS)
        try:
            if wlan:
                wlan.active(False)
        except (OSError, RuntimeError):
            # As off as it can be; the next try begins with switching it on.
            pass
