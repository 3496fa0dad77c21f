"""format=flowed undone (RFC 3676): lines that the writer's program broke to fit are one line again.

Quoted lines stay as they are, line by line. Programs quote texts that were never flowed and keep the blanks at their
ends, so that a break which was meant cannot be told from a soft one there.
"""

from __future__ import annotations


def unflow(text: str, *, delete_space: bool) -> str:
    """Return the text with its soft line breaks joined; `delete_space` is the parameter DelSp=yes."""
    out: list[str] = []
    pending: list[str] = []
    for line in text.split("\n"):
        if line.startswith(">") or line == "-- ":
            out += ["".join(pending)] if pending else []
            out.append(line)
            pending = []
            continue
        # One blank is stuffed before lines that begin with a blank, "From " or ">".
        content = line.removeprefix(" ")
        is_flowed = content.endswith(" ")
        pending.append(content[:-1] if is_flowed and delete_space else content)
        if not is_flowed:
            out.append("".join(pending))
            pending = []
    return "\n".join([*out, "".join(pending)] if pending else out)
