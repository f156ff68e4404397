# The station that the agent keeps connected; it is gone while the scenario says so.
import _host

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010


def hostname(name=None):
    return 'mpy-esp32'


def country(code=None):
    return 'XX'


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __init__(self, interface=STA_IF):
        if interface != STA_IF:
            raise OSError('only the station interface is present')

    def active(self, on=None):
        return True

    def connect(self, ssid=None, key=None, *, bssid=None):
        pass

    def disconnect(self):
        pass

    def isconnected(self):
        return _host.wifi()

    def status(self, param=None):
        if param == 'rssi':
            return -55
        return STAT_GOT_IP if _host.wifi() else STAT_CONNECTING

    def ifconfig(self, config=None):
        if _host.wifi():
            return ('192.168.4.20', '255.255.255.0', '192.168.4.1', '192.168.4.1')
        return ('0.0.0.0', '0.0.0.0', '0.0.0.0', '0.0.0.0')

    def config(self, param=None, **values):
        if param == 'mac':
            return b'\x24\x0a\xc4\x00\x00\x01'
        if param in ('ssid', 'essid'):
            return 'network'
        if param is not None:
            return 0

    def scan(self):
        return [(b'network', b'\x02\x00\x00\x00\x00\x01', 1, -55, 3, False)] if _host.wifi() else []
