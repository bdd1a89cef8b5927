"""Python's own names that the course's star import brings along, and that its notebooks use without importing them."""

import collections
import csv
import functools
import glob
import inspect
import io
import itertools
import json
import math
import operator
import os
import random
import re
import shutil
import string
import sys
import time
import types
import typing
import warnings
from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy, deepcopy
from datetime import datetime
from enum import Enum
from functools import partial, reduce
from itertools import starmap, takewhile, zip_longest
from operator import attrgetter, itemgetter, methodcaller
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, List, Optional, Set, Tuple, Union  # noqa: UP035  (older notebooks write these)

__all__ = [
    "Any", "Callable", "Counter", "Dict", "Enum", "Iterable", "Iterator", "List", "Optional", "OrderedDict", "Path",
    "Sequence", "Set", "SimpleNamespace", "Tuple", "Union", "attrgetter", "collections", "contextmanager", "copy",
    "csv", "datetime", "deepcopy", "defaultdict", "functools", "glob", "inspect", "io", "itemgetter", "itertools",
    "json", "math", "methodcaller", "namedtuple", "operator", "os", "partial", "random", "re", "reduce", "shutil",
    "starmap", "string", "sys", "takewhile", "time", "types", "typing", "warnings", "zip_longest",
]  # fmt: skip
