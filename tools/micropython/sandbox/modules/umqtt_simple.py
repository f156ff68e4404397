# umqtt.simple's client towards the scenario's broker.
import _host, _event

_POLL_US = 20000


class MQTTException(Exception):
    pass


def _text(data):
    return data if isinstance(data, str) else bytes(data).decode('utf-8', 'ignore')


def _checked(result):
    if result < 0:
        raise OSError(-result)


class MQTTClient:
    def __init__(self, client_id, server, port=0, user=None, password=None, keepalive=0, ssl=None, ssl_params={}):
        self.client_id, self.server, self.cb, self._open = client_id, server, None, False

    def set_callback(self, f):
        self.cb = f

    def set_last_will(self, topic, msg, retain=False, qos=0):
        pass

    def connect(self, clean_session=True, timeout=None):
        _checked(_host.mqtt_connect())
        self._open = True
        return 0

    def disconnect(self):
        self._open = False

    def _need(self):
        if not self._open:
            raise OSError(128)

    def ping(self):
        self._need()
        _checked(_host.mqtt_connect())

    def publish(self, topic, msg, retain=False, qos=0):
        self._need()
        _checked(_host.mqtt_publish(_text(topic), _text(msg)))

    def subscribe(self, topic, qos=0):
        self._need()
        _checked(_host.mqtt_subscribe(_text(topic)))

    def check_msg(self):
        self._need()
        self._take(_host.mqtt_receive())

    def wait_msg(self):
        self._need()
        while not self._take(_host.mqtt_receive()):
            _event.wait_us(_POLL_US)

    # Whether there was one.
    def _take(self, message):
        if not message:
            return False
        topic, separator, payload = message.partition('\0')
        if not separator:
            raise OSError(-int(message))
        if self.cb:
            self.cb(topic.encode(), payload.encode())
        return True
