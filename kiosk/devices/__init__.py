"""The devices of a kiosk, each behind one small class: camera, decoder, scanners."""
