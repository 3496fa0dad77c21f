"""A new connector from the template: `huike new-connector NAME` in a checkout. Writes new files, changes none."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from pathlib import Path

from hub.errors import Conflict, InvalidInput, NotFound
from hub.model.sentences import Sentence

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MAX_NAME = 30
_CONNECTOR = Path("connectors/template")
_CONTRACT = Path("tests/contracts/test_channel_template.py")
_WRITTEN = frozenset({".py", ".toml", ".md", ".json"})
_STEPS = """\
Its contract test passes already: .venv/bin/pytest tests/contracts -k {name}
Before the hub starts again, name the new kind where the others are named:
  hub/model/workspace.py                   "{name}" in ChannelKind
  hub/app.py                               "{name}": {class_name}Connector among the makers
  tests/unit/connectors/test_manifests.py  the same in CONNECTORS
  agent_ui/openapi.json                    as tests/architecture/test_openapi_file.py says
Then go on with connectors/{name}/doc.md, "Making a connector of it".
"""


def create(name: str, folder: Path) -> Sequence[Path]:
    """Copy the template and its contract test under a new name in the checkout `folder`; return the new files.

    Raises:
        InvalidInput: the name is not lower-case letters, digits and single underscores, or is taken by the language.
        Conflict: there is such a connector already; nothing is written.
        NotFound: the folder is not a checkout of Huike.
    """
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME or keyword.iskeyword(name):
        raise InvalidInput(
            Sentence("A connector's name is like line or sms_twilio, with at most {most} characters.", most=_MAX_NAME)
        )
    sources = sorted(path for path in (folder / _CONNECTOR).rglob("*") if path.suffix in _WRITTEN)
    if not sources or not (folder / _CONTRACT).is_file():
        raise NotFound("Run this in a checkout of Huike: connectors/template or its contract test is not there.")
    if (folder / "connectors" / name).exists():
        raise Conflict(Sentence("There is a connector named {name} already.", name=name))
    return [_copy(source, folder, name) for source in [*sources, folder / _CONTRACT]]


def next_steps(name: str) -> str:
    """Return what is left to do by hand: until the kind is known, the hub does not start."""
    return _STEPS.format(name=name, class_name=_class_name(name))


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _copy(source: Path, folder: Path, name: str) -> Path:
    target = folder / str(source.relative_to(folder)).replace("template", name)
    text = source.read_text(encoding="utf-8").replace("x-template", f"x-{name.replace('_', '-')}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace("template", name).replace("Template", _class_name(name)), encoding="utf-8")
    return target
