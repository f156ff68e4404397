import _host
from machine import Pin


class DHTBase:
    _type = 'dht22'

    def __init__(self, pin):
        self.pin = pin
        self._id = pin._id if isinstance(pin, Pin) else Pin(pin)._id
        self._temperature = self._humidity = 0

    def measure(self):
        reading = _host.dht(self._id, self._type).split()
        if len(reading) == 1:
            raise OSError(-int(reading[0]))
        self._temperature, self._humidity = float(reading[0]), float(reading[1])

    def temperature(self):
        return self._temperature

    def humidity(self):
        return self._humidity


class DHT22(DHTBase):
    pass


class DHT11(DHTBase):
    _type = 'dht11'

    def measure(self):
        super().measure()
        if self._temperature == self._temperature:
            self._temperature, self._humidity = int(self._temperature), int(self._humidity)
