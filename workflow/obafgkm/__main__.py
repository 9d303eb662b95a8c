"""``python -m obafgkm`` is the command ``obafgkm``."""

import sys

from obafgkm.classify.command import main

sys.exit(main())
