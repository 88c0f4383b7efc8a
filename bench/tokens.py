"""What the form of an answer costs: tokens of its one line of JSON against pretty-printed JSON.

The answers are those of a run, put back into the form they were asked in; tokens are counted with the
model's own tokenizer. Both texts have the same content.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from epicrisis import open_run
from epicrisis.codebook.variable import GroupVariable, SpansVariable, Variable
from epicrisis.engines.address import open_engine
from epicrisis.engines.catalogue import DEFAULT_MODEL, get
from epicrisis.engines.engine import Message
from epicrisis.engines.store import ModelStore
from epicrisis.extraction.answer import Answer, Extraction
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.worked import Cell, WorkedExample

Count = Callable[[str], int]


@contextmanager
def tokenizer(model: Path) -> Iterator[Count]:
    """Counts the tokens of a text. With the extra ``native`` only the vocabulary of the model is read."""
    try:
        from llama_cpp import Llama
    except ImportError:
        engine = open_engine(str(model), context=8192)
        empty = engine.count_tokens([Message("user", "")]) or 0
        yield lambda text: (engine.count_tokens([Message("user", text)]) or 0) - empty
        engine.close()
    else:
        vocabulary = Llama(model_path=str(model), vocab_only=True, verbose=False)
        yield lambda text: len(vocabulary.tokenize(text.encode(), add_bos=False, special=False))
        vocabulary.close()


def sheets(store: Path, run_id: str, form: Form | None = None) -> Iterator[tuple[str, int | None]]:
    """The answers of each report of a run as the engine writes them, in the form they were asked in or in
    another one; with the tokens it took, where it was asked once and about everything."""
    run = open_run(run_id, store=store)
    options = run.manifest.options
    apart = options.get("group_size") is not None or options.get("dependents_after")
    for extraction in run:
        if extraction.failure is not None:
            continue
        example = WorkedExample("", _cells(run.codebook.variables, extraction))
        # The prompt writes an example's answer as the grammar has the model write its own.
        prompt = Prompt(
            run.codebook, form or Form(options["form"]), absent=options["absent"], shots=[example]
        )
        written = next(one.content for one in prompt.messages("") if one.role == "assistant")
        whole = extraction.usage.requests == 1 and not apart
        yield written, extraction.usage.completion_tokens if whole else None


def _cells(variables: Sequence[Variable], extraction: Extraction) -> dict[str, Cell]:
    return {
        variable.name: Cell(_value(variable, answer), answer.evidence.quote if answer.evidence else None)
        for variable in variables
        if (answer := extraction.answers[variable.name]).status.has_value
    }


def _value(variable: Variable, answer: Answer) -> Any:
    if isinstance(variable, SpansVariable):
        members = ("text", "type") if variable.options else ("text",)
        return [{name: one[name] for name in members} for one in answer.value]
    if isinstance(variable, GroupVariable):
        return [_item(variable, item) for item in answer.value]
    if isinstance(answer.value, dict):
        return answer.value.get("written") or f"{answer.value['value']:g} {answer.value['unit']}"
    return answer.value


def _item(group: GroupVariable, item: dict[str, Answer]) -> dict[str, Any]:
    quote = next((one.evidence.quote for one in item.values() if one.evidence), "")
    said = {part.name: item[part.name] for part in group.variables}
    values = {
        part.name: _value(part, said[part.name]) if said[part.name].status.has_value else None
        for part in group.variables
    }
    return {"quote": quote, **values}


def default_model() -> Path:
    found = ModelStore().find(get(DEFAULT_MODEL))
    if found is None:
        raise SystemExit(f"The model is not here. Run: epicrisis models fetch {DEFAULT_MODEL}")
    return found


def tokens(model: Path, store: Path, run_id: str) -> Iterator[tuple[str, Any]]:
    with tokenizer(model) as count:
        answers = list(sheets(store, run_id))
        if not answers:
            raise SystemExit(f"The run {run_id} in {store} has no answers.")
        line = [count(written) for written, _ in answers]
        indented = [count(_indented(written, 2)) for written, _ in answers]
        wider = [count(_indented(written, 4)) for written, _ in answers]
        others = {
            form: [
                (count(written), count(_indented(written, 2))) for written, _ in sheets(store, run_id, form)
            ]
            for form in (Form.VALUE, Form.QUOTE_VALUE, Form.QUOTE_VALUE_OR_NULL)
        }
    yield "answers whose tokens are counted", len(answers)
    generated = [(taken, own) for (_, taken), own in zip(answers, line, strict=True) if taken is not None]
    if generated:
        yield "tokens generated, asked once and about everything", _mean(taken for taken, _ in generated)
        yield "tokens of the same answers, put back into their form", _mean(own for _, own in generated)
    yield "tokens of one line", _mean(line)
    yield "tokens of JSON indented by 2", _mean(indented)
    yield "tokens of JSON indented by 4", _mean(wider)
    yield "one line is below JSON indented by 2, %", _below(sum(line), sum(indented))
    yield "one line is below JSON indented by 4, %", _below(sum(line), sum(wider))
    for form, pairs in others.items():
        own, pretty = (sum(pair[n] for pair in pairs) for n in (0, 1))
        yield f"form {form}: tokens of one line", _mean(pair[0] for pair in pairs)
        yield f"form {form}: below itself indented by 2, %", _below(own, pretty)
        yield f"form {form}: below the run's form indented by 2, %", _below(own, sum(indented))


def _indented(written: str, width: int) -> str:
    return json.dumps(json.loads(written), ensure_ascii=False, indent=width)


def _mean(numbers: Iterable[int]) -> int:
    return round(statistics.fmean(numbers))


def _below(number: int, other: int) -> float:
    return round(100 * (1 - number / other), 1)
