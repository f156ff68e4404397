# A station, and the access points that the host says are in the air; without such a list there is always one, which takes any name
# and key. After the ESP32's driver: it goes on trying by itself what it was last told to join, and a failure's reason stays until
# something else happens. Where the station is not connected, sockets fail as they do on a device.
import json, _event, _host

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_BEACON_TIMEOUT = 200
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
_REASON_ASSOC_LEAVE = 8
_CONNECT_MS = 50
_FAIL_MS = 3000
_SCAN_MS = 1500
_hostname = 'mpy-esp32'
_station = None


def hostname(name=None):
    global _hostname
    if name is None:
        return _hostname
    _hostname = name


def country(code=None):
    return 'XX'


# What the host says: {aps: [{ssid, key, rssi, hidden?}], errors: {method: the OSError's text}}; None where it says nothing.
def _air():
    text = _host.air()
    return json.loads(text) if text else None


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __new__(cls, interface=STA_IF):
        global _station
        if interface != STA_IF:
            raise OSError('only the station interface is present')
        if _station is None:
            _station = object.__new__(cls)
            _station._active = False
            # Since when it has been trying, None where it was not told to; what it was told; whether it is in; why not.
            _station._at = None
            _station._key = ''
            _station._joined = False
            _station._reason = 0
            _station._config = {'ssid': '', 'pm': 1, 'txpower': 20, 'channel': 1, 'reconnects': -1}
        return _station

    def _must(self, method):
        air = _air()
        if air and method in air.get('errors', {}):
            raise OSError(air['errors'][method])
        if not self._active and method != 'active':
            raise OSError('Wifi Not Started')

    def active(self, on=None):
        if on is None:
            return self._active
        self._must('active')
        self._active = bool(on)
        if not on:
            self._at, self._joined = None, False
        return self._active

    def connect(self, ssid=None, key=None, *, bssid=None):
        self._must('connect')
        self._update()
        if self._at is not None and not self._joined and ssid is not None:
            raise OSError('Wifi Internal State Error')
        if ssid is not None:
            self._config['ssid'], self._key = ssid, key or ''
            self._joined = False
        if self._at is None or ssid is not None:
            self._at = _host.ticks_ms()

    def disconnect(self):
        self._must('disconnect')
        if self._joined:
            self._reason = _REASON_ASSOC_LEAVE
        self._at, self._joined = None, False

    def _update(self):
        if self._at is None:
            return
        air = _air()
        near = [True] if air is None else [a for a in air['aps'] if a['ssid'] == self._config['ssid']]
        fits = [a for a in near if a is True or a['key'] == self._key]
        if self._joined:
            if not fits:
                self._joined, self._reason, self._at = False, STAT_BEACON_TIMEOUT, _host.ticks_ms()
            return
        tried_ms = _host.ticks_ms() - self._at
        if fits and tried_ms >= _CONNECT_MS:
            self._joined, self._reason = True, 0
        elif not fits and tried_ms >= _FAIL_MS:
            self._reason, self._at = STAT_WRONG_PASSWORD if near else STAT_NO_AP_FOUND, _host.ticks_ms()

    def isconnected(self):
        self._update()
        return self._joined

    def status(self, param=None):
        self._update()
        if param == 'rssi':
            return -55
        if param is not None:
            raise ValueError('unknown status param')
        if self._joined:
            return STAT_GOT_IP
        if self._reason in (STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD):
            return self._reason
        if self._reason == _REASON_ASSOC_LEAVE:
            return STAT_IDLE
        return STAT_IDLE if self._at is None else STAT_CONNECTING

    def ifconfig(self, config=None):
        if config is None:
            if self.isconnected():
                return ('192.168.4.20', '255.255.255.0', '192.168.4.1', '192.168.4.1')
            return ('0.0.0.0', '0.0.0.0', '0.0.0.0', '0.0.0.0')

    def ipconfig(self, param):
        a = self.ifconfig()
        return {'addr4': (a[0], a[1]), 'gw4': a[2], 'has_dhcp4': self.isconnected(), 'dhcp4': True}[param]

    def config(self, param=None, **values):
        if param is None:
            self._config.update(values)
        elif param == 'mac':
            return bytes.fromhex(_host.unique_id())
        elif param in ('hostname', 'dhcp_hostname'):
            return _hostname
        elif param == 'essid':
            return self._config['ssid']
        elif param in self._config:
            return self._config[param]
        else:
            raise ValueError('unknown config param')

    # While the driver is joining it cannot scan, and MicroPython gives an empty list then.
    def scan(self):
        self._must('scan')
        self._update()
        if self._at is not None and not self._joined:
            return []
        air = _air()
        if air is None:
            return [(b'access-point', b'\x02\x00\x00\x00\x00\x01', 1, -55, 3, False)]
        _event.wait(_SCAN_MS)
        return [(b'' if a.get('hidden') else a['ssid'].encode(), b'\x02\x00\x00\x00\x00' + bytes([i]), 1, a['rssi'], 3 if a['key'] else 0, False)
                for i, a in enumerate(air['aps'])]


def _online():
    return _station is not None and _station.isconnected()
