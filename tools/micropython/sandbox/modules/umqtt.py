# The package of umqtt.simple and umqtt.robust.
