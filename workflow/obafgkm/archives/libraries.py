"""The stellar libraries, in the one order in which everything lists them.

The module of a library has ``TITLE``, ``REFERENCE``, ``WAVE``, ``FWHM``, ``read`` and ``write``; how it is
simulated stands in `obafgkm.simulate.libraries`.
"""

from obafgkm.archives import cflib, elodie, jhc, miles

__all__ = ["LIBRARIES"]

LIBRARIES = {"jhc": jhc, "elodie": elodie, "miles": miles, "cflib": cflib}
