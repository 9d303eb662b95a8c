"""What the fast tests share."""

from hypothesis import settings

settings.register_profile("machines are shared", deadline=None)
settings.load_profile("machines are shared")
