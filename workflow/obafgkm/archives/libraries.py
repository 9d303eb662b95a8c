"""The stellar libraries, in the order used everywhere.

Each library's module has ``TITLE``, ``REFERENCE``, ``WAVE``, ``FWHM``, ``read`` and ``write``;
`obafgkm.simulate.libraries` describes how it is simulated.
"""

from obafgkm.archives import cflib, elodie, jhc, miles

__all__ = ["LIBRARIES"]

LIBRARIES = {"jhc": jhc, "elodie": elodie, "miles": miles, "cflib": cflib}
