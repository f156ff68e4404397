# A station that is always near its access point. Where it is not connected, sockets fail as they do on a device.
import _host

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
_CONNECT_MS = 50
_hostname = 'mpy-esp32'
_station = None


def hostname(name=None):
    global _hostname
    if name is None:
        return _hostname
    _hostname = name


def country(code=None):
    return 'XX'


class WLAN:
    IF_STA = 0
    IF_AP = 1

    def __new__(cls, interface=STA_IF):
        global _station
        if interface != STA_IF:
            raise OSError('only the station interface is present')
        if _station is None:
            _station = object.__new__(cls)
            _station._active = False
            _station._at = None
            _station._config = {'ssid': '', 'pm': 1, 'txpower': 20, 'channel': 1, 'reconnects': -1}
        return _station

    def active(self, on=None):
        if on is None:
            return self._active
        self._active = bool(on)
        if not on:
            self._at = None
        return self._active

    def connect(self, ssid=None, key=None, *, bssid=None):
        if not self._active:
            raise OSError('Wifi Not Started')
        if ssid is not None:
            self._config['ssid'] = ssid
        if self._at is None:
            self._at = _host.ticks_ms()

    def disconnect(self):
        if not self._active:
            raise OSError('Wifi Not Started')
        self._at = None

    def isconnected(self):
        return self._at is not None and _host.ticks_ms() - self._at >= _CONNECT_MS

    def status(self, param=None):
        if param == 'rssi':
            return -55
        if param is not None:
            raise ValueError('unknown status param')
        return STAT_GOT_IP if self.isconnected() else STAT_IDLE if self._at is None else STAT_CONNECTING

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

    def scan(self):
        if not self._active:
            raise OSError('Wifi Not Started')
        return [(b'access-point', b'\x02\x00\x00\x00\x00\x01', 1, -55, 3, False)]


def _online():
    return _station is not None and _station.isconnected()
