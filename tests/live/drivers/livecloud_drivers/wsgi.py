"""What gunicorn loads for every API of the live cloud.

Some services read `sys.argv` while their application is made, and must find their own options there, not gunicorn's.
LIVE_MODULE names the module that holds `application`, LIVE_ARGV the command line that it shall see.
"""

import importlib
import os
import sys

sys.argv = os.environ["LIVE_ARGV"].split()
application = importlib.import_module(os.environ["LIVE_MODULE"]).application
