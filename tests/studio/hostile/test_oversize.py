"""Too large, too deep, too strange: refused, and never with an error of the server.

A trap that works does not end, so that these tests would not either; nothing here measures time.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

JSON = {"content-type": "application/json"}
DEEP = "[" * 200_000 + "]" * 200_000
DEEP_OBJECT = '{"a":' * 100_000 + "1" + "}" * 100_000
VALUES = [
    "1e999",
    "-1e999",
    "NaN",
    "9" * 5000,
    "1" + "0" * 400,
    '"\\ud800"',
    '"\\u0000"',
    "null",
    "[]",
    "{}",
    "true",
    '"' + "a" * 100_000 + '"',
    DEEP,
    DEEP_OBJECT,
    "[" * 900 + "]" * 900,
]
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
YAMLS = [
    BOMB,
    "name: x\nvariables: !!python/object/apply:os.system ['touch /tmp/owned']\n",
    "!!python/object/new:os._exit [0]",
    "name: &a [*a]",
    "&a {name: *a}",
    "<<: *x",
    "[" * 50_000,
    "{a: " * 20_000,
    "- " * 50_000,
    "? " * 20_000,
    "name: x\nvariables:\n" + "  - {name: v, kind: boolean}\n" * 4_000,
    "name: x\nvariables:\n  - {name: v, kind: ordinal, options: [" + "9" * 10_000 + "]}\n",
    "name: x\nversion: .inf\nvariables:\n  - {name: v, kind: count, range: {min: .nan, max: 1e999}}\n",
    "\x00",
    "\ud800",
    "name: x\nname: y\n",
    "%YAML 9.9\n---\n...\n---\n",
    "a" * 1_000_000,
    "'" * 500_000,
    'name: x\nvariables:\n  - {name: v, kind: boolean, when: "' + "(" * 20_000 + '"}\n',
    'name: x\nvariables: []\nrules:\n  - {rule: "' + "not " * 20_000 + 'v", message: m}\n',
    "#" * 900_000 + "\nname: x",
]


@pytest.fixture
def client(make_on: Callable[..., Any]) -> Any:
    return make_on("admin")


def test_values_that_json_can_say_and_nothing_can_use(client: Any, wicked: Any) -> None:
    report = wicked.reports[0]
    here = json.dumps(report)
    engine = json.dumps(wicked.engine)
    bodies = [
        (
            "PUT",
            f"/api/reviews/{wicked.two}/judgement",
            '{"report_id": REPORT, "variable": "lesion", "version": 0, "value": VALUE}'.replace(
                "REPORT", here
            ),
        ),
        (
            "PUT",
            f"/api/reviews/{wicked.two}/judgement",
            '{"report_id": REPORT, "variable": "drugs", "version": 0, "value": [VALUE]}'.replace(
                "REPORT", here
            ),
        ),
        (
            "PUT",
            f"/api/reviews/{wicked.two}/judgement",
            '{"report_id": VALUE, "variable": VALUE, "version": VALUE, "evidence": '
            '{"start": VALUE, "end": VALUE}}',
        ),
        (
            "PUT",
            f"/api/reviews/{wicked.two}/decision",
            '{"report": REPORT, "variable": "words", "status": "stated", "value": VALUE, '
            '"start": VALUE}'.replace("REPORT", here),
        ),
        ("POST", "/api/codebooks/check", '{"yaml": "name: x", "document": {"name": VALUE}}'),
        ("POST", "/api/codebooks/check", '{"yaml": VALUE, "document": VALUE}'),
        ("POST", "/api/codebooks/difference", '{"old": VALUE, "new": "name: x"}'),
        ("POST", "/api/login", '{"name": VALUE, "password": VALUE}'),
        ("POST", "/api/people", '{"name": VALUE, "password": VALUE, "role": "viewer"}'),
        ("POST", "/api/tries", '{"text": VALUE, "codebook": VALUE, "engine": VALUE}'),
        (
            "POST",
            "/api/tries",
            '{"text": VALUE, "codebook": "wicked", "engine": ENGINE}'.replace("ENGINE", engine),
        ),
        ("POST", "/api/preflight", '{"reports": VALUE, "codebook": VALUE, "engine": VALUE, "ids": [VALUE]}'),
        ("POST", "/api/reviews", '{"run": VALUE, "name": VALUE, "report_ids": [VALUE]}'),
        ("PUT", "/api/reports/wicked.csv/mapping", '{"text": VALUE, "sheet": VALUE, "encoding": VALUE}'),
        ("POST", "/api/reports/nothing/rename", '{"name": VALUE}'),
        ("POST", "/api/codebooks", '{"name": VALUE, "source": VALUE, "start": "copy", "languages": [VALUE]}'),
        ("PUT", "/api/codebooks/nothing", '{"yaml": VALUE, "base": VALUE}'),
        ("POST", "/api/engines", '{"address": VALUE, "label": VALUE}'),
        ("POST", "/api/models/pulls", '{"address": VALUE}'),
    ]
    troubles = []
    for method, path, body in bodies:
        for value in VALUES:
            answer = client.request(method, path, content=body.replace("VALUE", value), headers=JSON)
            if answer.status_code >= 500:
                troubles.append(f"{method} {path} {value[:20]}: {answer.status_code} {answer.text[:90]}")
            assert answer.headers["content-security-policy"]
    assert troubles == []


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"{", DEEP.encode(), DEEP_OBJECT.encode(), b"[" * 1_000_000, b"\x00" * 10]
)
def test_bodies_that_are_no_json(client: Any, body: bytes) -> None:
    for kind in ("application/json", "application/json; charset=utf-7", "text/plain", "application/xml", "x"):
        answer = client.post("/api/codebooks/check", content=body, headers={"content-type": kind})
        assert answer.status_code in (400, 422)


@pytest.mark.parametrize("yaml", range(len(YAMLS)))
def test_codebooks_that_are_traps(client: Any, yaml: int) -> None:
    text = YAMLS[yaml]
    sent = json.dumps({"yaml": text}).encode()
    document = json.dumps({"yaml": text, "document": {"name": "x", "variables": []}}).encode()
    for path, body in (
        ("/api/codebooks/check", sent),
        ("/api/codebooks/check", document),
        ("/api/codebooks/prompt", sent),
        ("/api/codebooks/difference", json.dumps({"old": text, "new": "name: x"}).encode()),
    ):
        answer = client.post(path, content=body, headers=JSON)
        assert answer.status_code in (200, 413, 422), (path, answer.text[:200])
    files = {"file": ("x.yaml", text.encode("utf-8", "surrogatepass"), "application/yaml")}
    name = f"trap{yaml}"
    answer = client.post("/api/uploads/codebooks", files=files, data={"name": name})
    assert answer.status_code in (201, 413, 422)
    if answer.status_code == 201:
        for path in ("/codebooks", f"/codebooks/{name}", "/", "/gold", "/try"):
            assert client.get(path).status_code == 200, path
        assert client.delete(f"/api/codebooks/{name}").status_code == 204


SCHEMAS = [
    {"$ref": "#"},
    {"$ref": "file:///etc/passwd"},
    {"$ref": "http://127.0.0.1:1/x"},
    {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {"$ref": "#/$defs/b"}}},
    {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#"}]}}},
    {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}},
    {"type": "object", "properties": {f"v{n}": {"type": "boolean"} for n in range(20_000)}},
    {"type": "object", "properties": {"a": {"enum": list(range(20_000))}}},
    {"type": "object", "properties": []},
    [],
]


def test_schemas_and_dictionaries_that_are_traps(client: Any) -> None:
    contents = [json.dumps(one).encode() for one in SCHEMAS]
    contents += [
        DEEP.encode(),
        DEEP_OBJECT.encode(),
        b"\xff",
        b"",
        b"a," * 1_000_000,
        b'"' * 1_000_000,
        b"Variable / Field Name,Form Name,Field Type,Field Label\n" + b"x,y,text,z\n" * 50_000,
    ]
    for number, content in enumerate(contents):
        files = {"file": ("../../evil\r\n.json", content)}
        answer = client.post("/api/uploads/codebooks", files=files, data={"name": f"schema{number}"})
        assert answer.status_code in (201, 413, 422), (number, answer.text[:200])
        assert "root:" not in answer.text
        if answer.status_code == 201:
            assert client.delete(f"/api/codebooks/schema{number}").status_code == 204


def test_uploads_of_codebooks_are_small(make_on: Callable[..., Any]) -> None:
    files = {"file": ("x.yaml", b"a" * 7_000_000)}
    assert (
        make_on("viewer").post("/api/uploads/codebooks", files=files, data={"name": "x"}).status_code == 413
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=" + "b" * 5000, b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"A: b\r\n" * 50_000 + b"\r\n\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\r\n" * 20_000),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
            + b"a" * 100_000
            + b'.csv"\r\n\r\nid,text\r\n--b--\r\n',
        ),
        ("multipart/form-data; boundary=b", b"--c--"),
        ("application/json", b"{}"),
        ("text/csv", b"id,text\n1,x\n"),
        ("multipart/form-data; boundary=\xc3\xa9", b"--\xc3\xa9"),
    ],
)
def test_forms_that_are_none(client: Any, kind: str, body: bytes) -> None:
    for path in ("/api/uploads/reports", "/api/uploads/gold", "/api/uploads/codebooks"):
        answer = client.post(path, content=body, headers={"content-type": kind.encode("latin-1")})
        assert answer.status_code in (400, 413, 415, 422), (path, answer.status_code, answer.text[:200])


def _zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_tables_that_are_traps(client: Any) -> None:
    import gzip

    wide = ",".join(f"c{n}" for n in range(60_000)).encode()
    sheet = b"<?xml version='1.0'?><worksheet><sheetData>" + b"<row/>" * 100_000 + b"</sheetData></worksheet>"
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><worksheet>&j;</worksheet>"
    )
    files = {
        "wide.csv": wide + b"\n1\n",
        "quote.csv": b'id,text\n1,"' + b"a" * 5_000_000,
        "nul.csv": b"id,text\n1,a\x00b\n",
        "deep.jsonl": DEEP.encode() + b"\n",
        "deep.json": DEEP_OBJECT.encode(),
        "huge.jsonl": b'{"id": 1e999, "text": ' + b"9" * 10_000 + b"}\n",
        "surrogate.jsonl": b'{"id": "\\ud800", "text": "\\udfff"}\n',
        "bomb.csv.gz": gzip.compress(b"id,text\n" + b"1,a\n" * 60_000),
        "bomb.xlsx": _zip({"[Content_Types].xml": b"<a/>", "xl/worksheets/sheet1.xml": sheet}),
        "laughs.xlsx": _zip(
            {"[Content_Types].xml": laughs, "xl/workbook.xml": laughs, "xl/worksheets/sheet1.xml": laughs}
        ),
        "bad.parquet": b"PAR1" + b"\xff" * 200 + b"PAR1",
        "empty.csv": b"",
        "con.csv": b"id,text\n1,a\n",
        "..%2f..%2fevil.csv": b"id,text\n1,a\n",
        "..\\..\\evil2.csv": b"id,text\n1,a\n",
    }
    for name, content in files.items():
        for shelf in ("reports", "gold"):
            answer = client.post(f"/api/uploads/{shelf}?existing=replace", files={"file": (name, content)})
            assert answer.status_code in (201, 409, 422), (name, answer.text[:200])
            if answer.status_code != 201:
                continue
            kept = answer.json()["taken"][0]["name"]
            assert "/" not in kept
            assert "\\" not in kept
            pages = [
                f"/reports/{kept}",
                f"/reports/{kept}/reading",
                f"/reports/{kept}?id=1",
                "/try?reports=" + kept,
            ]
            for page in pages if shelf == "reports" else [f"/gold?name={kept}&codebook=wicked"]:
                assert client.get(page).status_code in (200, 404, 422), page
            assert client.delete(f"/api/{shelf}/{kept}").status_code in (204, 409)


@pytest.mark.parametrize(
    "query",
    [
        "encoding=idna",
        "encoding=punycode",
        "encoding=zip",
        "encoding=rot13",
        "encoding=undefined",
        "encoding=utf-7",
        "encoding=unicode_escape",
        "encoding=raw_unicode_escape",
        "encoding=mbcs",
        "encoding=%00",
        "encoding=..%2f",
        "encoding=hex",
        "format=exe",
        "format=xlsx",
        "format=parquet",
        "format=json",
        "delimiter=%00",
        "delimiter=aaa",
        "delimiter=%0a",
        "delimiter=%22",
        "sheet=%00",
        "text=nothing",
        "id=text&text=id",
        "draft=maybe",
    ],
)
def test_ways_of_reading_that_are_none(client: Any, query: str) -> None:
    for path in ("/reports/wicked.csv/reading", "/api/reports/wicked.csv/reading"):
        assert client.get(f"{path}?draft=true&{query}").status_code in (200, 422)


def test_addresses_that_are_too_much(client: Any, wicked: Any) -> None:
    results = f"/api/runs/{wicked.run}/results"
    for query in (
        "&".join(f"filter=lesion=true{n}" for n in range(2000)),
        "&".join(f"p{n}=1" for n in range(5000)),
        "q=" + "%25" * 200,
        "q=" + "_" * 200,
        "q=" + "(a%2B)%2B" * 20,
        "filter=lesion.confidence>=1e999",
        "filter=lesion.confidence>=nan",
        "filter=side>=" + "9" * 300,
        "filter=words~" + "%F0%9F%92%A5" * 90,
        "sort=" + "a" * 5000,
        "sort=-@id",
        "sort='; DROP TABLE reports--",
        "page=99999999999999999999",
        "page=-1",
        "size=1e9",
        "columns=" + "&columns=".join(["x"] * 2000),
        "filter=@date>=9999-99-99",
        "filter=*.differs=run:" + wicked.run,
        "filter=*.differs=gold:..",
        "count=%00",
    ):
        answer = client.get(f"{results}?{query}")
        assert answer.status_code in (200, 400, 404, 422), (query[:60], answer.text[:200])
    for path in (
        "/api/activity?before=0",
        "/api/activity?since=0001-01-01&until=9999-12-31",
        "/api/activity?text=" + "%25_" * 60,
    ):
        assert client.get(path).status_code in (200, 422), path
