# umqtt.robust: tries again each 2 s for ever, as the real one does.
from umqtt.simple import MQTTClient as _Simple, MQTTException
import _event


class MQTTClient(_Simple):
    DELAY = 2
    DEBUG = False

    def reconnect(self):
        while True:
            try:
                return super().connect(False)
            except OSError:
                _event.wait_us(self.DELAY * 1000000)

    def publish(self, topic, msg, retain=False, qos=0):
        while True:
            try:
                return super().publish(topic, msg, retain, qos)
            except OSError:
                self.reconnect()

    def wait_msg(self):
        while True:
            try:
                return super().wait_msg()
            except OSError:
                self.reconnect()

    def check_msg(self, attempts=2):
        while attempts:
            try:
                return super().check_msg()
            except OSError:
                self.reconnect()
            attempts -= 1
