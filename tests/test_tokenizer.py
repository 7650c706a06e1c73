"""Tokenizers: equal to two other implementations on any text, nothing lost on the way, clear errors."""

from __future__ import annotations

import itertools
import json
import re
import time
import unicodedata
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from minigpt.corpus import guide_files
from minigpt.tokenizer import BPETokenizer, CharTokenizer, Tokenizer, load_tokenizer, tokenizer_from_state
from minigpt.tokenizer.learn import END, join, learn, learn_vocabulary
from minigpt.tokenizer.pattern import ALPHABET, BYTES, WORD, split
from tests.proof import need

hypothesis = need("hypothesis")
st = need("hypothesis.strategies")

ROOT = Path(__file__).parents[1]
GUIDE = [(ROOT / "docs" / lang / "model" / "norm.md").read_text(encoding="utf-8") for lang in ("zh", "en")]
SAMPLES = [
    "",
    " ",
    "We've 2 words:  你好，世界 \n\n\tend ",
    "🙂👩‍👩‍👧‍👦🇨🇳 e\u0301 ﷽ \x00\x1c\x85\xa0\u3000\u2028 \U0010ffff",
    "I'll I'LL he's can't 'tis ''re",
    "aaaaaaaaaaaaaaaaaaaaaaa   aaaaa\r\n\r\n",
    "<|endoftext|><|endoftext|> <|endof",
    "def forward(self, x):\n        return F.layer_norm(x, self.weight.shape)\n",
    "٣٤ ५६ Ⅷ ½ x² ① 一二三 ａｂｃ１２３ Ａ",
]
# Characters newer than a library are letters to one and none to the other; all agree on older ones.
assigned = st.characters(exclude_categories=["Cs", "Cn"])
likely = st.sampled_from(
    [*"aeinorst 'sdm\n\t .,(){}_=0123456789", "的", "是", "，", "。", "注意", "self", "'re"]
)
lines = st.sampled_from([line for page in GUIDE for line in page.splitlines() if line])
texts = st.one_of(
    st.text(assigned),
    st.lists(likely).map("".join),
    st.lists(st.one_of(assigned, likely, lines), max_size=12).map("".join),
)
property_of = hypothesis.given(texts)
quick = hypothesis.settings(derandomize=True, max_examples=300, deadline=None, database=None)


@pytest.fixture(scope="module")
def bpe() -> BPETokenizer:
    return BPETokenizer.train(GUIDE, vocab_size=1500)


@pytest.fixture(scope="module")
def char() -> CharTokenizer:
    return CharTokenizer.train(GUIDE)


@pytest.fixture(scope="module")
def folder(bpe: BPETokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bpe")
    bpe.save(path)
    return path


@pytest.fixture(scope="module")
def theirs(folder: Path) -> Any:
    """The tokenizer of Hugging Face, from our files."""
    hf = need("tokenizers")
    model = hf.models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    return byte_level(hf, hf.Tokenizer(model))


@pytest.fixture(scope="module")
def openais(bpe: BPETokenizer) -> Any:
    """tiktoken's, from the same tokens: it merges whatever makes the token of lowest rank."""
    ranks = {token: i for i, token in bpe.spelled.items() if i != bpe.end}
    special = {END: bpe.end}
    return need("tiktoken").Encoding(
        "ours", pat_str=WORD.pattern, mergeable_ranks=ranks, special_tokens=special
    )


def byte_level(hf: ModuleType, tokenizer: Any) -> Any:
    tokenizer.pre_tokenizer = hf.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = hf.decoders.ByteLevel()
    return tokenizer


def examples(test: Any) -> Any:
    for sample in SAMPLES:
        test = hypothesis.example(sample)(test)
    return test


# The pattern and the alphabet


@quick
@property_of
@examples
def test_words_put_together_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_words() -> None:
    text = "It's  5pm,\n\n  don't 你好2次\t"
    assert split(text) == ["It", "'s", " ", " 5", "pm", ",", "\n\n ", " don", "'t", " 你好", "2", "次", "\t"]


def test_alphabet_is_gpt2s() -> None:
    assert sorted(ALPHABET) == list(range(256))
    assert len(set(ALPHABET.values())) == 256
    assert [ALPHABET[byte] for byte in b"A~ \n\t\x00"] == ["A", "~", "Ġ", "Ċ", "ĉ", "Ā"]
    assert all(character.isprintable() and not character.isspace() for character in ALPHABET.values())
    hf = need("tokenizers")
    assert sorted(hf.pre_tokenizers.ByteLevel.alphabet()) == sorted(BYTES)


def test_first_ids_are_gpt2s() -> None:
    characters = list(ALPHABET.values())
    assert characters == sorted(characters)  # the order of vocab.json in GPT-2: "!" is 0, "Ġ" is 220
    assert (characters[0], characters[220]) == ("!", "Ġ")


def test_lone_surrogates_are_no_text(bpe: BPETokenizer, char: CharTokenizer) -> None:
    with pytest.raises(
        ValueError, match=r"expected text, got a lone surrogate '\\ud83d' at character 2; read"
    ):
        bpe.encode("ab\ud83dcd")
    with pytest.raises(ValueError, match=r"got '\\ud83d' \(U\+D83D\) at character 2"):
        char.encode("ab\ud83d")


# Equal to others


@quick
@property_of
@examples
def test_equal_to_hugging_face(bpe: BPETokenizer, theirs: Any, text: str) -> None:
    expected = theirs.encode(text)
    assert bpe.encode(text) == expected.ids
    assert theirs.decode(expected.ids, skip_special_tokens=False) == text == bpe.decode(expected.ids)


@quick
@property_of
@examples
def test_equal_to_tiktoken(bpe: BPETokenizer, openais: Any, text: str) -> None:
    assert bpe.encode(text) == openais.encode(text, disallowed_special=())
    assert bpe.encode(text, special=True) == openais.encode(text, allowed_special="all")


@quick
@hypothesis.given(st.lists(st.integers(0, 1499)))
def test_any_ids_decode_as_elsewhere(bpe: BPETokenizer, openais: Any, ids: list[int]) -> None:
    expected = openais.decode(ids)
    assert bpe.decode(ids) == expected
    assert b"".join(bpe.spelled[i] for i in ids).decode(errors="replace") == expected
    assert "".join(bpe.stream(ids)) == expected


def test_the_pattern_agrees_on_every_character() -> None:
    """Letters, digits and white space are the same to regex and to Hugging Face."""
    pre = need("tokenizers").pre_tokenizers.ByteLevel(add_prefix_space=False)
    known = [c for c in map(chr, range(0x3000)) if unicodedata.category(c) not in ("Cs", "Cn")]
    for character in known:
        text = f"a{character}1!{character} {character}"
        words = [bytes(BYTES[c] for c in word).decode() for word, _ in pre.pre_tokenize_str(text)]
        assert split(text) == words, hex(ord(character))


@pytest.mark.parametrize("size", [257, 300, 700, 1500])
def test_learning_equals_hugging_face(size: int) -> None:
    hf = need("tokenizers")
    other = byte_level(hf, hf.Tokenizer(hf.models.BPE()))
    trainer = hf.trainers.BpeTrainer(
        vocab_size=size - 1, initial_alphabet=hf.pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    other.train_from_iterator(GUIDE, trainer)
    state = json.loads(other.to_str())["model"]
    vocab, merges = learn_vocabulary(GUIDE, size)
    assert merges == [" ".join(merge) for merge in state["merges"]]
    assert vocab == {**state["vocab"], END: size - 1}


@quick
@hypothesis.given(st.lists(st.text("ab ", max_size=30), max_size=6))
def test_learning_equals_hugging_face_where_ties_are_everywhere(pages: list[str]) -> None:
    hf = need("tokenizers")
    other = byte_level(hf, hf.Tokenizer(hf.models.BPE()))
    trainer = hf.trainers.BpeTrainer(
        vocab_size=300, initial_alphabet=hf.pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    other.train_from_iterator(pages, trainer)
    merges = json.loads(other.to_str())["model"]["merges"]
    vocab, learned = learn_vocabulary(pages, 301)
    assert learned == [" ".join(merge) for merge in merges]
    assert len(vocab) == len(learned) + 257  # no two merges spell the same token


# Learning


def slowly(words: dict[str, int], merges: int) -> list[tuple[int, int]]:
    """The definition: count all pairs, take the most frequent, begin again."""
    order = {byte: i for i, byte in enumerate(ALPHABET)}
    texts = [[order[byte] for byte in word.encode()] for word in words]
    learned: list[tuple[int, int]] = []
    while len(learned) < merges:
        counts: Counter[tuple[int, int]] = Counter()
        for ids, times in zip(texts, words.values(), strict=True):
            for pair in itertools.pairwise(ids):
                counts[pair] += times
        if not counts:
            break
        learned.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        texts = [join(ids, learned[-1], 255 + len(learned)) for ids in texts]
    return learned


@quick
@hypothesis.given(st.dictionaries(st.text("abc你", max_size=12), st.integers(1, 9), max_size=8))
@hypothesis.example({"aaaa": 1, "aaa": 2, "aaaaa": 1})
def test_learning_equals_its_definition(words: dict[str, int]) -> None:
    assert list(itertools.islice(learn(words), 40)) == slowly(words, 40)


def test_every_token_is_new() -> None:
    """Two merges that spell the same token would need one id."""
    vocab, merges = learn_vocabulary(GUIDE, 2000)
    assert len(vocab) == 2000 == len(merges) + 257
    assert list(vocab.values()) == list(range(2000))


def test_learning_stops_when_every_word_is_a_token() -> None:
    bpe = BPETokenizer.train(["low low", "lower"], vocab_size=5000)
    assert bpe.merges == ["l o", "lo w", "e r", "Ġ low", "low er"]
    assert bpe.vocab_size == 262


def test_one_text_is_not_a_list_of_characters() -> None:
    assert BPETokenizer.train("low low", 300).merges == BPETokenizer.train(["low low"], 300).merges != []


def test_vocabulary_too_small() -> None:
    with pytest.raises(
        ValueError, match=r"expected vocab_size >= 257, got 256; 256 bytes and <\|endoftext\|>"
    ):
        BPETokenizer.train("a", vocab_size=256)


def test_learning_does_not_depend_on_the_order_of_texts() -> None:
    assert learn_vocabulary(GUIDE, 600) == learn_vocabulary(GUIDE[::-1], 600)


def test_learning_is_quick_enough() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in guide_files())[:1_000_000]
    start = time.process_time()
    BPETokenizer.train([text], 4096)
    assert time.process_time() - start < 20


# Round trips


@quick
@hypothesis.given(st.text(max_size=200))
@examples
def test_round_trip_of_any_text(bpe: BPETokenizer, text: str) -> None:
    ids = bpe.encode(text)
    assert bpe.decode(ids) == text
    assert "".join(bpe.stream(iter(ids))) == text
    assert bpe.decode(bpe.encode(text, special=True)) == text


@quick
@hypothesis.given(st.text())
def test_round_trip_of_characters(text: str) -> None:
    tokenizer = CharTokenizer.train(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert list(tokenizer.stream(tokenizer.encode(text))) == list(text)
    assert tokenizer.vocab_size == len(set(text))


def test_stream_waits_for_whole_characters() -> None:
    bare = BPETokenizer.train("", 257)
    assert list(bare.stream(bare.encode("a你🙂é"))) == ["a", "你", "🙂", "é"]
    assert list(bare.stream(bare.encode("你")[:2] + bare.encode("a"))) == ["\ufffda"]
    assert list(bare.stream(bare.encode("你")[:2])) == ["\ufffd"]


def test_stream_takes_ids_one_by_one(bpe: BPETokenizer, char: CharTokenizer) -> None:
    for tokenizer in (bpe, char):
        taken: list[int] = []
        ids = tokenizer.encode("the mean of the token")
        stream = tokenizer.stream(taken.append(i) or i for i in ids)
        assert next(stream) == tokenizer.decode(ids[:1])
        assert taken == ids[:1]


def test_long_word(bpe: BPETokenizer, theirs: Any) -> None:
    text = "layernormalization" * 500
    assert bpe.encode(text) == theirs.encode(text).ids


# Special tokens


def test_end_of_text_only_on_request(bpe: BPETokenizer) -> None:
    text = f"a{END}b{END}{END}"
    a, b = bpe.encode("a"), bpe.encode("b")
    assert bpe.encode(text, special=True) == [*a, bpe.end, *b, bpe.end, bpe.end]
    assert bpe.end == bpe.vocab_size - 1
    assert bpe.end not in bpe.encode(text)
    assert bpe.decode(bpe.encode(text)) == bpe.decode(bpe.encode(text, special=True)) == text


def test_vocabulary_without_an_end(bpe: BPETokenizer) -> None:
    vocab = {token: i for token, i in bpe.vocab.items() if token != END}
    bare = BPETokenizer(vocab, bpe.merges)
    assert bare.end is None
    assert bare.encode(END, special=True) == bare.encode(END)


# Files and states


def same(one: Tokenizer, other: Tokenizer, text: str) -> None:
    assert type(one) is type(other)
    assert (one.vocab_size, one.end) == (other.vocab_size, other.end)
    assert one.encode(text) == other.encode(text)
    assert one.state() == other.state()


def test_save_and_load(bpe: BPETokenizer, char: CharTokenizer, tmp_path: Path) -> None:
    for name, tokenizer in (("bpe", bpe), ("char", char)):
        tokenizer.save(tmp_path / "new" / name)
        same(load_tokenizer(str(tmp_path / "new" / name)), tokenizer, GUIDE[0])
        same(tokenizer_from_state(json.loads(json.dumps(tokenizer.state()))), tokenizer, GUIDE[1])
    assert sorted(p.name for p in (tmp_path / "new" / "bpe").iterdir()) == ["merges.txt", "vocab.json"]
    assert [p.name for p in (tmp_path / "new" / "char").iterdir()] == ["characters.json"]


@quick
@hypothesis.given(st.text(max_size=50))
def test_any_character_survives_its_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("char")
    CharTokenizer.train(text).save(folder)
    assert load_tokenizer(folder).decode(CharTokenizer.train(text).encode(text)) == text


def test_our_files_are_those_of_hugging_face(bpe: BPETokenizer, theirs: Any, tmp_path: Path) -> None:
    bpe.save(tmp_path)
    (tmp_path / "theirs").mkdir()
    theirs.model.save(str(tmp_path / "theirs"))
    assert (tmp_path / "merges.txt").read_text() == (tmp_path / "theirs" / "merges.txt").read_text()
    assert json.loads((tmp_path / "theirs" / "vocab.json").read_text()) == bpe.vocab
    same(load_tokenizer(tmp_path / "theirs"), bpe, GUIDE[0])


def test_a_merge_may_begin_with_a_number_sign(tmp_path: Path) -> None:
    bpe = BPETokenizer.train("### ### #version: #version: 0.2", 400)
    bpe.save(tmp_path)
    assert bpe.merges[0] == "# #"
    same(load_tokenizer(tmp_path), bpe, "### #version: ##")


def test_ids_need_not_follow_the_merges(bpe: BPETokenizer) -> None:
    """The special token first, as Hugging Face's trainers have it."""
    moved = {token: (i + 1) % bpe.vocab_size for token, i in bpe.vocab.items()}
    other = BPETokenizer(moved, bpe.merges)
    assert other.end == 0
    assert other.encode(GUIDE[0]) == [i + 1 for i in bpe.encode(GUIDE[0])]


def test_tables_are_copies(bpe: BPETokenizer) -> None:
    vocab, merges = dict(bpe.vocab), list(bpe.merges)
    other = BPETokenizer(vocab, merges)
    vocab.clear()
    merges.clear()
    same(other, bpe, GUIDE[0])


def break_vocab(folder: Path, **changes: Any) -> None:
    path = folder / "vocab.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "vocab.json").unlink(), r"No such file or directory: '.*vocab\.json'"),
        (lambda f: (f / "vocab.json").write_text('{"!": 0,'), "Expecting property name"),
        (lambda f: (f / "vocab.json").write_text("[1, 2]"), "cannot convert"),
        (lambda f: (f / "vocab.json").write_text('{"!": "0"}'), "expected ids 0 to 0, each once"),
        (lambda f: (f / "vocab.json").write_text('{"!": 0}'), "that belong together, got KeyError"),
        (lambda f: break_vocab(f, **{"!": 7}), "expected ids 0 to 1499, each once; fetch vocab.json anew"),
        (lambda f: break_vocab(f, **{"你": 1500}), "that belong together, got KeyError.'你'.; fetch both"),
        (lambda f: (f / "merges.txt").write_text("x qzq\n"), "that belong together, got KeyError.'xqzq'."),
        (lambda f: (f / "merges.txt").write_text("xy\n"), "that belong together, got ValueError"),
        (lambda f: (f / "merges.txt").write_bytes(b"\xff\xfe"), "can't decode byte 0xff"),
    ],
)
def test_damaged_files(damage: Any, message: str, bpe: BPETokenizer, tmp_path: Path) -> None:
    bpe.save(tmp_path)
    damage(tmp_path)
    expected = re.escape(f"expected vocab.json and merges.txt, or characters.json, in {tmp_path}: ")
    with pytest.raises(ValueError, match=f"{expected}.*{message}"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize("content", ["{", '["a", "a"]', "3", '["ab", 1]'])
def test_damaged_characters(content: str, tmp_path: Path) -> None:
    (tmp_path / "characters.json").write_text(content)
    with pytest.raises(ValueError, match=r"expected vocab\.json and merges\.txt, or characters\.json, in"):
        load_tokenizer(tmp_path)


def test_no_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"in .*: .*No such file or directory: '.*characters\.json'"):
        load_tokenizer(tmp_path)


def test_foreign_state() -> None:
    with pytest.raises(
        ValueError, match="expected the state of a tokenizer, of kind 'bpe' or 'char', got None"
    ):
        tokenizer_from_state({"model": {}})


# Errors


def test_unknown_character(char: CharTokenizer) -> None:
    message = r"expected known characters, got '🙂' \(U\+1F642\) at character 3; train on it, or use BPE"
    with pytest.raises(ValueError, match=message):
        char.encode("the🙂🙂")


def test_repeated_characters() -> None:
    with pytest.raises(
        ValueError, match=r"expected each character once, got some again; use CharTokenizer\.train"
    ):
        CharTokenizer("aba")


@pytest.mark.parametrize("wrong", [-1, 1500])
def test_unknown_ids(wrong: int, bpe: BPETokenizer) -> None:
    with pytest.raises(ValueError, match=f"expected token ids from 0 to 1499, got {wrong}"):
        bpe.decode([0, wrong])


@pytest.mark.parametrize("wrong", [-1, 3])
def test_unknown_ids_of_characters(wrong: int) -> None:
    with pytest.raises(ValueError, match=f"expected token ids from 0 to 2, got {wrong}"):
        CharTokenizer("abc").decode([0, wrong])


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch, bpe: BPETokenizer) -> None:
    monkeypatch.setattr("minigpt.tokenizer.bpe.REMEMBERED", 3)
    fresh = BPETokenizer(bpe.vocab, bpe.merges)
    assert fresh.encode(GUIDE[0]) == bpe.encode(GUIDE[0])
    assert len(fresh.known) == 3
