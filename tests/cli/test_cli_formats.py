"""What the parsers say of formats is what the codecs know."""

from vedette import codecs
from vedette.cli.formats import CHECKED, ENDINGS, READ, WRITTEN
from vedette.outputs import files


def test_the_words_of_the_parsers_are_the_list_of_the_codecs():
    assert codecs.endings() == list(ENDINGS)
    assert tuple(codecs.FORMATS) == CHECKED
    assert tuple(known.name for known in codecs.RECORDED if known.read is not None) == READ
    assert tuple(files.names()) == WRITTEN
