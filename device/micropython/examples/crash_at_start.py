# A program with a fault, to see that the one before it comes back.


def setup():
    raise OSError("no sensor answers on pin 4")


def loop():
    pass
