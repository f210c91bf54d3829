"""How models reply and servers behave, one row each: what happens then is held by `tests/llm/test_behaviours.py`, and
`docs/models.md` is made of the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from werkzeug import Response

from tests.support.chat_server import Act, Body, as_json, completion, error

ANSWER = "It's a **statement** of mine & the first one holds. The second thing is said in part, not more."
QUOTES = {"p0": "statement of mine & the first one holds", "p1": "The second thing is said in part"}
WORDS = {"p0": "covered", "p1": "partial", "p2": "missing", "p3": "missing"}
ROWS = {name: {"quote": QUOTES.get(name, ""), "reason": "So it is.", "verdict": word} for name, word in WORDS.items()}
LISTED = [{"id": name, **row} for name, row in ROWS.items()]
REPLY = json.dumps({"points": ROWS, "misconceptions": []})
DRAFT = json.dumps({"points": {name: {**row, "verdict": "missing"} for name, row in ROWS.items()}})
SHAPE = '{"points": {"<id>": {"quote": "...", "reason": "...", "verdict": "..."}}, "misconceptions": []}'


class Behaviour(NamedTuple):
    """One row."""

    does: str
    """What the model or the server does."""
    then: str
    """What happens, in the words of the table."""
    act: Callable[[], Act]
    reason: str = ""
    """Words of the reason why there is no judgement; "" where the judge's opinion is the one of `WORDS`."""
    requests: int = 1
    """Most requests that it takes."""


def says(text: str | None, **more: object) -> Callable[[], Act]:
    """A model that sends this."""
    return lambda: lambda body: completion(text, **more)  # type: ignore[arg-type]


def fails(status: int, message: str, **more: object) -> Callable[[], Act]:
    """A server that answers with an error."""
    return lambda: lambda body: error(status, message, **more)  # type: ignore[arg-type]


def until(refused: Callable[[Body], bool], answer: Callable[[], Response]) -> Callable[[], Act]:
    """A server that answers so while the request has what it refuses."""
    return lambda: lambda body: answer() if refused(body) else completion(REPLY)


def once(answer: Callable[[], Response]) -> Callable[[], Act]:
    """A server that answers so the first time."""

    def make() -> Act:
        seen: list[int] = []

        def act(body: Body) -> Response:
            seen.append(1)
            return answer() if len(seen) == 1 else completion(REPLY)

        return act

    return make


def quoted(text: object) -> Callable[[], Act]:
    """A judge that quotes the first key point's words so."""
    rows = {**ROWS, "p0": {**ROWS["p0"], "quote": text}}
    return says(json.dumps({"points": rows, "misconceptions": []}))


def half(body: Body) -> Response:
    """A model that leaves out the second half of what it is asked."""
    names = list(body["response_format"]["json_schema"]["schema"]["properties"]["points"]["properties"])
    kept = names[:2] if len(names) > 2 else names
    return completion(json.dumps({"points": {name: ROWS[name] for name in kept}}))


READ = "the verdicts are taken"
LAST = "the last object that can be a judgement counts"
THOUGHTS = "thoughts are cut, drafts in them included"
MENDED = "mended, row by row"
FOUND = "the words are found in the answer"
NO_OPINION = "offline grade, with the reason"

REPLIES: dict[str, Behaviour] = {
    "plain": Behaviour("sends the object that was asked for", READ, says(REPLY)),
    "think": Behaviour("drafts verdicts between `<think>` tags", THOUGHTS, says(f"<think>{DRAFT} no</think>{REPLY}")),
    "lone-close": Behaviour("thinks up to a lone `</think>`", THOUGHTS, says(f"Hm. {DRAFT}\n</think>\n{REPLY}")),
    "thinking": Behaviour("thinks between `<thinking>` tags", THOUGHTS, says(f"<thinking>{DRAFT}</thinking>{REPLY}")),
    "magistral": Behaviour("thinks between `[THINK]` tags", THOUGHTS, says(f"[THINK]{DRAFT}[/THINK]{REPLY}")),
    "harmony": Behaviour(
        "thinks in a channel (gpt-oss)",
        THOUGHTS,
        says(f"<|channel|>analysis<|message|>{DRAFT}<|end|><|channel|>final<|message|>{REPLY}<|return|>"),
    ),
    "reasoning-only": Behaviour(
        "leaves the content empty and the object in `reasoning_content`", READ, says("", reasoning_content=REPLY)
    ),
    "tool-call": Behaviour(
        "sends the object as a tool call",
        "its arguments are read",
        says(None, tool_calls=[{"function": {"name": "judgement", "arguments": REPLY}}]),
    ),
    "parts": Behaviour("sends its content in parts", READ, says([{"type": "text", "text": REPLY}])),  # type: ignore[arg-type]
    "fence": Behaviour("talks around a fence", READ, says(f"Here it is:\n```json\n{REPLY}\n```\nI hope it helps.")),
    "shape": Behaviour("repeats the shape of the prompt first", LAST, says(f"Reply as {SHAPE}.\n{REPLY}")),
    "twice": Behaviour("changes its mind and sends a second object", LAST, says(f"{DRAFT}\nOn reflection:\n{REPLY}")),
    "commas": Behaviour("leaves trailing commas", MENDED, says(REPLY.replace("}}", "},}"))),
    "escape": Behaviour("writes LaTeX without escapes", MENDED, says(REPLY.replace("So it is.", r"\sigma \(x\)"))),
    "newline": Behaviour("writes line ends into strings", MENDED, says(REPLY.replace("So it is.", "So\nit is."))),
    "brace": Behaviour("forgets the last brace", MENDED, says(REPLY[:-1])),
    "python": Behaviour("sends a Python dictionary", MENDED, says(str(json.loads(REPLY)))),
    "comment": Behaviour(
        "writes comments", MENDED, says(REPLY.replace('"misconceptions"', '// all\n "misconceptions"'))
    ),
    "in-string": Behaviour("sends the object as a string", MENDED, says(json.dumps(REPLY))),
    "rows": Behaviour("sends a list of rows with ids", READ, says(json.dumps({"points": LISTED}))),
    "top-list": Behaviour("sends the list alone", READ, says(json.dumps(LISTED))),
    "ids": Behaviour("writes ids in another case", READ, says(REPLY.replace('"p0"', '"P0"'))),
    "words": Behaviour('writes "Covered."', READ, says(REPLY.replace('"covered"', '"Covered."'))),
    "duplicates": Behaviour("sends a row twice", "equal rows are one", says(json.dumps([*LISTED, LISTED[0]]))),
    "half": Behaviour("judges half of the points", "asked once for the others, alone", lambda: half, requests=2),
    "extra": Behaviour("adds a score", "it is not read", says(REPLY.replace('{"points"', '{"score": 3, "points"'))),
    "thoughts-alone": Behaviour("sends thoughts alone", NO_OPINION, says(f"<think>{REPLY}"), "holds thoughts alone", 2),
    "prose": Behaviour("sends prose", NO_OPINION, says("A fine answer."), "holds no JSON object", 5),
    "one-for-all": Behaviour(
        "gives one verdict for everything, its quotes made up",
        NO_OPINION,
        says(json.dumps({"points": {name: {**ROWS["p0"], "quote": "all of it, well said"} for name in ROWS}})),
        "one verdict for everything",
    ),
    "refusal": Behaviour("declines", NO_OPINION, says(None, refusal="I can't judge people."), "declined"),
    "filter": Behaviour("is stopped by a filter", NO_OPINION, says("", finish="content_filter"), "declined"),
}

QUOTING: dict[str, Behaviour] = {
    "case": Behaviour("changes case and white space", FOUND, quoted("STATEMENT of  mine & the first one holds.")),
    "markup": Behaviour("keeps or adds markup", FOUND, quoted("a **statement** of mine")),
    "entities": Behaviour("writes entities of HTML", FOUND, quoted("It&#39;s a statement of mine &amp; the first")),
    "contractions": Behaviour("writes contractions out", FOUND, quoted("It is a statement of mine")),
    "lead": Behaviour("begins with who said it", FOUND, quoted("The candidate says: a statement of mine")),
    "left-out": Behaviour("leaves words out", "found in order", quoted("a statement of ... the first one holds")),
    "list": Behaviour(
        "sends a list of quotes", "found in order", quoted(["a statement of mine", "the first one holds"])
    ),
}

UNFOUND: dict[str, tuple[str, object, str]] = {
    "made-up": ("makes the quote up", "the first one is proven to hold", "its quote is not in the answer"),
    "empty": ("gives no quote", "", "it gave no quote"),
    "short": ("quotes a word", "holds", "its quote is too short to be told from chance"),
    "order": ("joins parts in another order", "the first one holds ... a statement of mine", "its quote is not in"),
}
"""What it does, its quote, and the end of the sentence that says why the opinion does not count."""

SLOWLY = {"Retry-After": "1"}
GEMINI = [{"error": {"code": 429, "message": "Please retry in 1.5s.", "status": "RESOURCE_EXHAUSTED"}}]

SERVERS: dict[str, Behaviour] = {
    "no-schema": Behaviour(
        "refuses `json_schema`",
        "asked in the next way, and that way is remembered",
        until(lambda body: "json_schema" in json.dumps(body.get("response_format", "")), lambda: error(400, "no")),
        requests=2,
    ),
    "no-format": Behaviour(
        "refuses `response_format` altogether",
        "asked in words",
        until(lambda body: "response_format" in body, lambda: error(400, "Unknown: response_format")),
        requests=4,
    ),
    "no-lengths": Behaviour(
        "refuses `maxLength` in a strict schema",
        "asked without it in the same way",
        until(lambda body: "maxLength" in json.dumps(body), lambda: error(400, "'maxLength' is not permitted")),
        requests=2,
    ),
    "no-max-tokens": Behaviour(
        "wants `max_completion_tokens`",
        "asked so, and remembered",
        until(lambda body: "max_tokens" in body, lambda: error(400, "Use max_completion_tokens", param="max_tokens")),
        requests=2,
    ),
    "no-temperature": Behaviour(
        "refuses a temperature",
        "asked without",
        until(lambda body: "temperature" in body, lambda: error(400, "Unsupported", param="temperature")),
        requests=2,
    ),
    "no-system": Behaviour(
        "has no system role",
        "its text goes into the first message",
        until(lambda body: body["messages"][0]["role"] == "system", lambda: error(400, "System role not supported")),
        requests=2,
    ),
    "thinks-long": Behaviour(
        "is cut off while it thinks",
        "once more with four times the room, and that is remembered",
        until(lambda body: body["max_tokens"] < 2000, lambda: completion("<think>so", finish="length")),
        requests=2,
    ),
    "context": Behaviour(
        "reserves the reply in its context and refuses",
        "asked without a limit of the reply",
        until(lambda body: "max_tokens" in body, lambda: error(400, "maximum context length is 4096 tokens")),
        requests=2,
    ),
    "cut-prompt": Behaviour(
        "reads a part of the prompt (Ollama's default context)",
        NO_OPINION,
        lambda: (
            lambda body: as_json(
                {
                    "choices": [{"finish_reason": "stop", "message": {"content": REPLY}}],
                    "usage": {"prompt_tokens": 300, "completion_tokens": 9},
                }
            )
        ),
        "read only 300 tokens",
    ),
    "loading": Behaviour(
        "is still loading the model (503)",
        "waited for, up to judge_timeout",
        once(lambda: error(503, "Loading model", type="unavailable_error")),
        requests=2,
    ),
    "rate": Behaviour(
        "takes no more requests for now (429)",
        "waited for as long as it says",
        once(lambda: error(429, "slow down", headers=SLOWLY)),
        requests=2,
    ),
    "gemini": Behaviour(
        "says so in an array, with the seconds in words (Gemini)",
        "waited for as long as it says",
        once(lambda: as_json(GEMINI, 429)),
        requests=2,
    ),
    "overloaded": Behaviour("is overloaded (529)", "asked again", once(lambda: error(529, "overloaded")), requests=2),
    "afford": Behaviour(
        "cannot be paid for a long reply (402)",
        "asked for a shorter one",
        until(lambda body: body["max_tokens"] > 900, lambda: error(402, "can only afford 900")),
        requests=2,
    ),
    "wrapped-error": Behaviour(
        "reports an error with status 200",
        "read as that error",
        once(lambda: as_json({"error": {"code": 502, "message": "upstream"}})),
        requests=2,
    ),
    "finish-error": Behaviour(
        "ends with finish_reason `error`", "asked again", once(lambda: completion("", finish="error")), requests=2
    ),
    "key": Behaviour("does not know the key (401)", NO_OPINION, fails(401, "no"), "did not accept the key"),
    "forbidden": Behaviour(
        "forbids it (403, moderation or country)",
        NO_OPINION,
        fails(403, "not allowed in your country"),
        "does not allow",
    ),
    "model": Behaviour("has no such model (404)", NO_OPINION, fails(404, "model 'x' not found"), "has no model"),
    "quota": Behaviour("has nothing left to spend", NO_OPINION, fails(429, "insufficient_quota"), "nothing left"),
    "memory": Behaviour(
        "is out of memory", NO_OPINION, fails(500, "model requires more system memory"), "cannot run the model"
    ),
    "page": Behaviour(
        "is no model server",
        NO_OPINION,
        lambda: lambda body: Response("<html>hello</html>", content_type="text/html"),
        "check that judge_url",
        4,
    ),
    "moved": Behaviour(
        "has moved (redirect)",
        "not followed: nobody agreed to another host",
        lambda: lambda body: Response(status=307, headers={"Location": "http://127.0.0.1:1/v1"}),
        "points to another address",
    ),
    "empty": Behaviour("sends nothing", NO_OPINION, says(""), "empty reply", 4),
}


def render_table(title: str, rows: Mapping[str, Behaviour]) -> list[str]:
    """Lines of one table in Markdown."""
    lines = [f"| {title} | what happens |", "|---|---|"]
    for row in rows.values():
        told = f'{row.then}: "... {row.reason} ..."' if row.reason else row.then
        lines.append(f"| {row.does} | {told} |")
    return lines


def render_tables() -> str:
    """All tables of `docs/models.md`."""
    unfound = {
        name: Behaviour(does, "the opinion is shown and does not count", says(""), reason)
        for name, (does, _, reason) in UNFOUND.items()
    }
    parts = [
        render_table("The model", REPLIES),
        render_table("It quotes, but it", QUOTING | unfound),
        render_table("The server", SERVERS),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts)
