"""Warnings that point to the user's line, not to one of this folder."""

import os
import sys
import warnings

FOLDER = os.path.dirname(os.path.abspath(__file__))


def warn(text):
    level, frame = 1, sys._getframe(0)
    while frame.f_back and os.path.dirname(os.path.abspath(frame.f_code.co_filename)) == FOLDER:
        level, frame = level + 1, frame.f_back
    warnings.warn(f"swg_capture: {text}", stacklevel=level)
