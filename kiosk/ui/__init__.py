"""Everything that is seen and touched: the kiosk's window, in Kivy.

``flow`` decides what is on the screen, from notices, touches and the time; it knows no Kivy.
``geometry``, ``theme`` and ``shaping`` say where things stand, in millimetres, and how text
is set, in Pillow. ``widgets`` and ``screens`` put that on a canvas, ``face`` joins them with
the station's notices, ``app`` opens the window and ``gallery`` draws every screen to a file.

Nothing outside this package imports Kivy, and nothing in it does so before
:func:`kiosk.ui.setup.prepare` has been called.
"""
