"""Words counted in small texts of which each number is known."""

from tools.words import __main__ as words_tool
from tools.words.counting import dialect, long_sentences, pages, uses, words


def test_placeholders_and_tags_are_no_words():
    assert words("<strong>%(people)s</strong> people’s day, well-known to {{ name }}: 12") == 5


def test_a_sentence_is_long_from_twenty_six_words_on():
    long, short = " ".join(["word"] * 26), " ".join(["word"] * 25)
    assert long_sentences([f"{short}. {long}.", short]) == [(26, f"{long}.")]


def test_words_to_avoid_are_found_whole_and_in_capitals_too(tmp_path):
    (tmp_path / "list.txt").write_text("# Remark = none.\nsee to = check\nlay = arrange\n")
    avoided = dialect(tmp_path / "list.txt")
    assert avoided == {"see to": "check", "lay": "arrange"}
    assert uses(["See to it. We see to it, and delay."], avoided) == [(2, "see to", "check")]


def test_only_what_is_read_in_the_main_part_counts(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.html").write_text(
        "<title>Not read</title><nav>Nor this</nav><main><h1>Two words</h1><br><p>and three"
        "</p><script>var not = 1;</script><select><option>no</option></select>more</main>after"
    )
    assert list(pages(tmp_path)) == [(5, "a")]
    words_tool.main(["--pages", str(tmp_path)])
    said = capsys.readouterr().out.splitlines()
    place = said.index("Pages with the most words")
    assert said[place + 1] == "      5 a"
    assert [line for line in said if line.startswith("Interface: ")] == said[:1]
