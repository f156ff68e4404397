# Pins, and what they can be: digital, analogue, PWM.
import _host, _event

_INVALID_PIN = 'invalid pin'


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    WAKE_LOW = 4
    WAKE_HIGH = 5
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = 0, 1, 2, 3
    _pins = {}

    def __new__(cls, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if isinstance(id, Pin):
            id = id._id
        if not isinstance(id, int) or _host.pin_check(id, -1):
            raise ValueError(_INVALID_PIN)
        if id not in Pin._pins:
            pin = Pin._pins[id] = object.__new__(cls)
            pin._id, pin._irq, pin._key = id, None, 0
        return Pin._pins[id]

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if mode is None:
            mode = -1
        if _host.pin_check(self._id, mode):
            raise ValueError('pin can only be input')
        if value is not None:
            _host.pin_set(self._id, 1 if value else 0)
        if mode != -1 or pull not in (-1, None):
            _host.pin_mode(self._id, mode, 0 if pull is None else pull)

    def value(self, *v):
        if not v:
            return _host.pin_get(self._id)
        _host.pin_set(self._id, 1 if v[0] else 0)

    __call__ = value

    def on(self):
        _host.pin_set(self._id, 1)

    def off(self):
        _host.pin_set(self._id, 0)

    def toggle(self):
        _host.pin_set(self._id, 1 - _host.pin_get(self._id))

    def irq(self, handler=None, trigger=3, *, wake=None, hard=False):
        self._irq = handler
        if handler and not self._key:
            self._key = _event.handler(self._fire)
        _host.pin_irq(self._id, self._key if handler else 0, trigger)
        return self

    def _fire(self):
        if self._irq:
            self._irq(self)

    def __repr__(self):
        return 'Pin(%d)' % self._id


def _number(pin):
    return pin._id if isinstance(pin, Pin) else Pin(pin)._id


class Signal:
    def __init__(self, pin, *args, invert=False, **options):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **options)
        self._invert = invert

    def value(self, *v):
        if not v:
            return self._pin.value() ^ self._invert
        self._pin.value(bool(v[0]) != bool(self._invert))

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


class ADC:
    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
    WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = 9, 10, 11, 12

    def __init__(self, pin, *, atten=0):
        self._id, self._width = _number(pin), 12
        self.atten(atten)
        if _host.adc_check(self._id):
            raise ValueError(_INVALID_PIN)

    init = lambda self, *, atten=0: self.atten(atten)

    def atten(self, value):
        if value not in (0, 1, 2, 3):
            raise ValueError('invalid atten')
        self._atten = value

    def width(self, value):
        self._width = value

    def _part(self):
        part = _host.adc_read(self._id, self._atten)
        if part < 0:
            raise OSError(int(-part))
        return part

    def read(self):
        return int(self._part() * ((1 << self._width) - 1) + 0.5)

    def read_u16(self):
        return int(self._part() * 65535 + 0.5)

    def read_uv(self):
        return int(self._part() * _host.adc_full_scale(self._atten) * 1000000 + 0.5)


class DAC:
    def __init__(self, pin, value=0):
        self._id = _number(pin)
        if self._id not in (25, 26):
            raise ValueError('invalid Pin')
        self.write(value)

    def write(self, value):
        if not 0 <= value <= 255:
            raise ValueError('value out of range')
        _host.pin_used(self._id, 'dac', value)


class TouchPad:
    def __init__(self, pin):
        self._id = _number(pin)

    def read(self):
        return 100 if _host.pin_get(self._id) else 600

    def config(self, value):
        pass


class PWM:
    def __init__(self, pin, freq=None, duty=None, duty_u16=None, duty_ns=None, *, invert=False):
        self._id, self._freq, self._u16 = _number(pin), 5000, 32768
        if _host.pin_check(self._id, Pin.OUT):
            raise ValueError(_INVALID_PIN)
        self.init(5000 if freq is None else freq, duty, duty_u16, duty_ns)

    def init(self, freq=None, duty=None, duty_u16=None, duty_ns=None):
        if freq is not None:
            self._check_freq(freq)
        if duty is not None:
            self._u16 = self._duty(duty)
        if duty_u16 is not None:
            self._u16 = self._duty_u16(duty_u16)
        if duty_ns is not None:
            self._u16 = self._duty_ns(duty_ns)
        self._set()

    def _set(self):
        _host.pwm_set(self._id, self._freq, self._u16)

    def _check_freq(self, hz):
        if not 1 <= hz <= 40000000:
            raise ValueError('frequency must be from 1Hz to 40MHz')
        self._freq = int(hz)

    def _duty(self, value):
        if not 0 <= value <= 1023:
            raise ValueError('duty must be from 0 to 1023')
        # The whole scale: 1023 is fully on, as on the device.
        return 65535 if value == 1023 else int(value) << 6

    def _duty_u16(self, value):
        if not 0 <= value <= 65535:
            raise ValueError('duty_u16 must be from 0 to 65535')
        return int(value)

    def _duty_ns(self, value):
        u16 = (value * 65535 * self._freq + 500000000) // 1000000000
        if not 0 <= u16 <= 65535:
            raise ValueError('duty_ns must be from 0 to %d' % (1000000000 // self._freq))
        return u16

    def freq(self, hz=None):
        if hz is None:
            return self._freq
        self._check_freq(hz)
        self._set()

    def duty(self, value=None):
        if value is None:
            return self._u16 >> 6
        self._u16 = self._duty(value)
        self._set()

    def duty_u16(self, value=None):
        if value is None:
            return self._u16
        self._u16 = self._duty_u16(value)
        self._set()

    def duty_ns(self, value=None):
        if value is None:
            return self._u16 * 1000000000 // (65535 * self._freq)
        self._u16 = self._duty_ns(value)
        self._set()

    def deinit(self):
        self._u16 = 0
        self._set()
