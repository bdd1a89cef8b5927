"""Colours that colour-blind readers tell apart, on white: those of Okabe & Ito, without their yellow.

Okabe & Ito, "Color Universal Design: how to make figures and presentations that are friendly to colorblind
people", 2008 [okabe2008color].
"""

__all__ = ["BLACK", "BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "SERIES", "SKY", "VERMILLION"]

BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY = "#e69f00", "#56b4e9"
BLACK, GREY = "#000000", "#767676"  # this grey is dark enough for text on white
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)  # of several lines, in this order
