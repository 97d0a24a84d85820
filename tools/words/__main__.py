"""`python -m tools.words [--pages DIR] [--most N]`: the words of the interface and the handbook."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tools.words.counting import dialect, long_sentences, pages, texts, uses, words

_HERE = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> None:
    """Print the pages with the most words, sentences that are too long, and words to avoid."""
    parser = argparse.ArgumentParser(prog="words", description="Count words, and find long ones.")
    parser.add_argument("--pages", type=Path, help="pages that `compare write --pages` kept")
    parser.add_argument("--most", type=int, default=20, help="lines of each list")
    chosen = parser.parse_args(arguments)
    interface = texts(_HERE / "translations/sw/LC_MESSAGES/messages.po")
    handbook = {path.stem: path.read_text("utf-8") for path in (_HERE / "docs").glob("*.md")}
    print(f"Interface: {sum(map(words, interface))} words in {len(interface)} texts")
    _list("Handbook", sorted(((words(text), name) for name, text in handbook.items()))[::-1])
    _list("Pages with the most words", _most(chosen.pages)[: chosen.most])
    sentences = long_sentences([*interface, *handbook.values()])
    _list(f"Long sentences: {len(sentences)}", sentences[: chosen.most])
    avoided = uses([*interface, *handbook.values()], dialect(Path(__file__).parent / "dialect.txt"))
    _list("Words to avoid", [(number, f"{word} → {plain}") for number, word, plain in avoided])


def _list(title: str, lines: list[tuple[int, str]]) -> None:
    print(f"\n{title}")
    for number, text in lines:
        print(f"{number:7} {text}")


def _most(folder: Path | None) -> list[tuple[int, str]]:
    """The words of each page, the most first; the sample is made where no folder of pages is."""
    if folder is not None:
        return sorted(pages(folder), reverse=True)
    # Only when needed: counting a folder's pages loads no application.
    from tools.compare.sample import take_fingerprint

    with tempfile.TemporaryDirectory(prefix="kash-words-") as made:
        take_fingerprint(Path(made))
        return sorted(pages(Path(made) / "pages"), reverse=True)


if __name__ == "__main__":
    main()
