"""Which project was probably meant by a name that no location has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.formats.spelling import nearest

_INSTALLERS = ("hatch", "pdm", "pip", "pipx", "poetry", "setuptools", "uv", "virtualenv", "wheel")
"""Projects that are suggested wherever this program runs."""
_MODULES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google-protobuf": "protobuf",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "mysqldb": "mysqlclient",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg-resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2cffi": "psycopg2",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "win32api": "pywin32",
    "win32com": "pywin32",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Modules that many people import, and the projects of another name that have them."""
_COMMON = """
aiohttp alembic ansible ansible-core anyio apache-airflow arrow asgiref astroid asyncpg attrs
awscli azure-core azure-identity babel bcrypt beautifulsoup4 black bokeh boto3 botocore build
cachetools celery certifi cffi charset-normalizer click cloudpickle colorama coverage cryptography
cython dask decorator django djangorestframework dnspython docker docutils elasticsearch fastapi
filelock flake8 flask fonttools fsspec gevent gitpython google-api-core google-auth
google-cloud-storage googleapis-common-protos graphql-core greenlet grpcio gunicorn h5py httpcore
httpx huggingface-hub hypothesis idna importlib-metadata ipykernel ipython isort jinja2 joblib
jsonschema jupyter jupyterlab keras keyring kubernetes langchain lightgbm lxml mako markdown
markupsafe matplotlib mock msgpack multidict mypy mysqlclient networkx nltk notebook numba numpy
oauthlib openai opencv-python openpyxl orjson oscrypto packaging pandas paramiko pathspec
pexpect pillow platformdirs playwright plotly pluggy polars pre-commit prometheus-client
prompt-toolkit protobuf psutil psycopg psycopg2 psycopg2-binary pyarrow pyasn1 pycparser
pycryptodome pydantic pygments pyinstaller pyjwt pylint pymongo pymysql pyopenssl pyparsing
pyright pyserial pyspark pytest pytest-asyncio pytest-cov pytest-mock pytest-xdist
python-dateutil python-dotenv python-multipart pytz pywin32 pyyaml pyzmq rapidfuzz redis regex
requests requests-oauthlib rich ruff s3fs s3transfer scikit-image scikit-learn scipy scrapy
seaborn selenium sentry-sdk shapely simplejson six snowflake-connector-python sphinx sqlalchemy
sqlparse starlette statsmodels streamlit sympy tabulate tenacity tensorflow tomli tomlkit torch
torchvision tornado tox tqdm traitlets transformers twine typer types-requests typing-extensions
tzdata ujson urllib3 uvicorn uvloop watchdog websockets werkzeug wrapt xgboost xlrd xlsxwriter
yarl zipp
"""
"""Projects that many people install."""
_PREFIX = "python-"


def find_similar(
    name: NormalizedName,
    known: Collection[str],
    has_project: Callable[[NormalizedName], bool],
) -> str | None:
    """Return the project that was probably meant; None if nobody can know.

    Only what is here, or what an index has when it is asked: a suggestion must not lead to another
    error, nor to a project that was made for people who mistype.

    :param known: names of projects that are installed or required
    :param has_project: whether a location has a project
    """
    certain = {*_INSTALLERS, *known} - {name}
    for similar in dict.fromkeys(_candidates(name, certain)):
        if similar in certain or has_project(canonicalize_name(similar)):
            return similar
    return None


def _candidates(name: NormalizedName, certain: Collection[str]) -> Iterator[str]:
    if name in _MODULES:
        yield _MODULES[name]
    yield from filter(None, [nearest(name, certain), nearest(name, _COMMON.split())])
    yield name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else f"{_PREFIX}{name}"
