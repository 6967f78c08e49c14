"""The broker's side of the server: who may speak to it, and the one that the server starts itself.

``access``     who may connect, say and hear what: values and one file, no broker in it
``packets``    what a well-formed MQTT 3.1.1 packet from a client looks like
``guarded``    amqtt's broker with its gaps closed; in the child only
``gate``       what stands between a socket and amqtt; in the child only
``broker``     the child process and its supervisor
``mosquitto``  the same accounts and access written for Debian's Mosquitto

The broker is trusted with nothing: batches are sealed and signed, and a fact counts as delivered
only after the server's own acknowledgement. What is kept here is the peace: that no kiosk can
silence, impersonate or drown another one.
"""
