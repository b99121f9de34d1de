"""Files made to harm: refused with a finding, never followed, never a crash."""

from __future__ import annotations

import bz2
import gzip
import io

import pytest

from gapmap.errors import InputError
from gapmap.tables.xml_guard import check_depth, refuse_entities

LAUGHS = (
    '<?xml version="1.0"{encoding}?><!-- a --><!DOCTYPE kml [<!ENTITY a "ha">'
    '<!ENTITY b "&a;&a;">]><kml xmlns="http://www.opengis.net/kml/2.2">&b;</kml>'
)
OUTSIDE = '<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>'


def refused(call, *arguments, **knobs) -> InputError:
    with pytest.raises(InputError) as caught:
        call(*arguments, **knobs)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_document_type_is_refused_in_every_encoding_and_packing(tmp_path, encoding, pack):
    path = tmp_path / "a.kml"
    named = ' encoding="UTF-16"' if "16" in encoding else ""
    path.write_bytes(pack(LAUGHS.format(encoding=named).encode(encoding)))
    assert refused(refuse_entities, path).code == "xml-entities"
    path.write_bytes(pack(OUTSIDE.encode(encoding)))
    assert refused(refuse_entities, path).code == "xml-entities"


def test_plain_xml_gives_its_first_element_and_a_later_doctype_is_text(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(
        '<?xml version="1.0"?>\n<!-- <!DOCTYPE a> -->\n'
        '<x:osm xmlns:x="y"><![CDATA[<!ENTITY a "b">]]></x:osm>'
    )
    assert refuse_entities(path) == "osm"


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"\x00\x01", b"a,b\n1,2\n", b"BZh9 no", b"\x1f\x8b\x08 no"]
)
def test_what_is_no_xml_is_told(tmp_path, content):
    path = tmp_path / "a.osm"
    path.write_bytes(content)
    assert refused(refuse_entities, path).code == "xml-malformed"


def test_a_beginning_without_end_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "a.osm.bz2"
    path.write_bytes(bz2.compress(b"<!--" + b" " * 50_000_000))
    assert "1048576" in refused(refuse_entities, path).text("en")


def test_depth_has_a_bound():
    check_depth(io.BytesIO(b"<a>" * 200 + b"</a>" * 200), "a.kml")
    error = refused(check_depth, io.BytesIO(b"<a>" * 201 + b"</a>" * 201), "a.kml")
    assert error.code == "xml-deep"
