"""Chat messages as the text a model was trained on."""

from __future__ import annotations

import pytest

from epicrisis.engines.engine import Message
from epicrisis.errors import ModelError

pytest.importorskip("jinja2")
from epicrisis.engines.native_template import ChatTemplate

MESSAGES = [Message("system", "Read."), Message("user", "Text.")]
_LOOP = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"


def test_without_a_template_it_is_chatml() -> None:
    assert ChatTemplate(None).render(MESSAGES) == (
        "<|im_start|>system\nRead.<|im_end|>\n<|im_start|>user\nText.<|im_end|>\n<|im_start|>assistant\n"
    )


def test_what_a_template_can_use() -> None:
    source = _LOOP + "{{ bos_token }}{{ eos_token }}{{ strftime_now('%%') }}{{ enable_thinking }}"
    rendered = ChatTemplate(source, bos="<b>", eos="</b>").render(MESSAGES)
    assert rendered == "[system]Read.[user]Text.<b></b>%False"
    lines = "{% if tools is defined %}x{% endif %}\n{% if add_generation_prompt %}y{% endif %}\n"
    assert ChatTemplate(lines).render(MESSAGES) == "y"


def test_a_template_without_system_messages_gets_them_with_the_question() -> None:
    source = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + _LOOP
    template = ChatTemplate(source)
    assert template.render(MESSAGES) == "[user]Read.\n\nText."
    assert template.render(MESSAGES[:1]) == "[user]Read."
    assert template.render(MESSAGES[1:]) == "[user]Text."


@pytest.mark.parametrize(
    "source", ["{{ raise_exception(messages[-1].content) }}", "{{ nothing.x }}", "{% for %}"]
)
def test_a_template_that_cannot_be_used_is_named_without_its_words(source: str) -> None:
    with pytest.raises(ModelError, match="template") as caught:
        ChatTemplate(source).render([Message("user", "CANARY")])
    assert "CANARY" not in str(caught.value)
    with pytest.raises(ModelError):
        ChatTemplate(source).render([Message("system", "s"), Message("user", "CANARY")])


def test_a_template_cannot_reach_out() -> None:
    with pytest.raises(ModelError):
        ChatTemplate("{{ ''.__class__.__mro__[1].__subclasses__() }}").render(MESSAGES)
