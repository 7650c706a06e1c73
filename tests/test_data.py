"""Corpus and token files: nothing lost or twice, little memory, whole or not at all; batches as promised."""

from __future__ import annotations

import codecs
import hashlib
import itertools
import json
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from minigpt import GPT, GPTConfig, corpus
from minigpt.corpus import divide, guide_files, read
from minigpt.data import Data, batch, load_data, main, prepare
from minigpt.tokenizer import BPETokenizer, CharTokenizer, load_tokenizer
from tests.proof import need

hypothesis = need("hypothesis")
st = need("hypothesis.strategies")
quick = hypothesis.settings(derandomize=True, max_examples=200, deadline=None, database=None)

ZH = "层归一化站在每个支路的前面。\n它先减去均值，再除以标准差。\n\n"
EN = "LayerNorm stands in front of every branch.\n    It subtracts the mean.  Then it divides.\n"


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())  # write_text would change line ends on Windows
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write(tmp_path / "zh.md", ZH * 20), write(tmp_path / "en.md", EN * 20)]


@pytest.fixture
def folder(files: list[Path], tmp_path: Path) -> Path:
    """Prepared data."""
    prepare(tmp_path / "data", files, vocab_size=300)
    return tmp_path / "data"


# Finding and reading


def test_the_guide_is_in_both_languages() -> None:
    files = guide_files()
    names = [path.relative_to(Path(__file__).parents[1]).as_posix() for path in files]
    assert {"docs/zh/model/norm.md", "docs/en/model/norm.md", "minigpt/norm.py"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"docs", "minigpt"}
    assert len(set(names)) == len(names)


def test_no_guide_beside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "__file__", str(tmp_path / "minigpt" / "corpus.py"))
    message = f"expected the guide's pages in {tmp_path / 'docs'}, got none; work in a clone"
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        guide_files()


@quick
@hypothesis.given(
    st.text(st.sampled_from("a你1,' \n\r\t\x1c\x85\u3000"), max_size=60),
    st.integers(1, 20),
    st.floats(0.01, 0.99),
)
def test_pieces_tokenize_as_the_whole(
    tmp_path_factory: pytest.TempPathFactory, text: str, chunk: int, share: float
) -> None:
    hypothesis.assume(text)
    bpe = BPETokenizer.train([ZH, EN], 300)
    path = write(tmp_path_factory.mktemp("read") / "text", text)
    train, val = divide(path, share)
    content = text.encode()
    cut = train[2]
    assert (train[:2], val[1:], val[2]) == ((path, 0), (cut, len(content)), len(content))
    assert cut == len(content) or content[:cut].endswith(b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "CHUNK", chunk)
        for part, whole in ((train, content[:cut].decode()), (val, content[cut:].decode())):
            pieces = list(read(part))
            assert "".join(pieces) == whole
            assert [i for piece in pieces for i in bpe.encode(piece)] == bpe.encode(whole)


def test_large_files_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "CHUNK", 2**14)
    part = divide(write(tmp_path / "large.txt", EN * 50_000), 0.1)[0]  # 4 MB
    tracemalloc.start()
    try:
        length = sum(len(piece) for piece in read(part))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert length == part[2] > 3_500_000
    assert peak < 300_000  # a few copies of one piece


def test_a_file_that_was_shortened_is_found(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("one line\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"expected 99 bytes in .*text\.txt, got 9; leave it alone"):
        list(read((path, 0, 99)))


def test_the_tail_is_for_validation(tmp_path: Path) -> None:
    lines = [f"line {number:03}\n" for number in range(100)]
    train, val = divide(write(tmp_path / "text", "".join(lines)), 0.2)
    assert ["".join(read(part)) for part in (train, val)] == ["".join(lines[:81]), "".join(lines[81:])]


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_share_of_validation(share: float, files: list[Path]) -> None:
    with pytest.raises(
        ValueError, match=rf"expected val_share between 0 and 1, got {share}; 0\.1 is a tenth"
    ):
        divide(files[0], share)


def test_bad_encoding_names_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "CHUNK", 50)
    path = tmp_path / "old.txt"
    good = (ZH * 4).encode()
    path.write_bytes(good + "字".encode("gb18030") + b"\n" + good)
    message = f"expected UTF-8 in {path}, got 0xd7 at byte {len(good)}; convert it: iconv"
    with pytest.raises(ValueError, match=re.escape(message)):
        list(read((path, 0, path.stat().st_size)))


# Token files


def test_what_is_written(folder: Path, files: list[Path]) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "merges.txt",
        "meta.json",
        "train.bin",
        "val.bin",
        "vocab.json",
    ]
    meta, data = json.loads((folder / "meta.json").read_text()), load_data(str(folder))
    assert (meta["files"], meta["vocab_size"], meta["dtype"]) == (2, 300, "uint16")
    assert meta["train"]["bytes"] + meta["val"]["bytes"] == sum(path.stat().st_size for path in files)
    for name, tokens in (("train", data.train), ("val", data.val)):
        assert meta[name]["tokens"] == len(tokens)
        assert meta[name]["sha256"] == hashlib.sha256((folder / f"{name}.bin").read_bytes()).hexdigest()


def test_tokens_are_the_texts(folder: Path, files: list[Path]) -> None:
    data = load_data(folder)
    for number, tokens in enumerate((data.train, data.val)):
        expected = []
        for path in files:
            _, first, end = divide(path, 0.1)[number]
            expected += data.tokenizer.encode(path.read_bytes()[first:end].decode())
            expected.append(data.tokenizer.end)
        assert tokens.tolist() == expected


def test_both_parts_hold_both_languages(folder: Path) -> None:
    data = load_data(folder)
    for tokens in (data.train, data.val):
        text = data.tokenizer.decode(tokens.tolist())
        assert "归一化" in text
        assert "mean" in text


def test_characters(files: list[Path], tmp_path: Path) -> None:
    meta = prepare(tmp_path / "char", files, tokenizer="char")
    data = load_data(tmp_path / "char")
    assert isinstance(data.tokenizer, CharTokenizer)
    assert meta["vocab_size"] == len(set(ZH + EN))
    both = data.tokenizer.decode(data.train.tolist()), data.tokenizer.decode(data.val.tolist())
    assert sum(map(len, both)) == len((ZH + EN) * 20)


def test_characters_that_occur_in_the_validation_text_only(tmp_path: Path) -> None:
    path = write(tmp_path / "text", "a common line\n" * 20 + "the tail: ζ\n")
    prepare(tmp_path / "char", [path], tokenizer="char")
    data = load_data(tmp_path / "char")
    assert "ζ" not in data.tokenizer.decode(data.train.tolist())
    assert "ζ" in data.tokenizer.decode(data.val.tolist())


def test_a_tokenizer_from_a_folder(folder: Path, files: list[Path], tmp_path: Path) -> None:
    prepare(tmp_path / "other", files[:1], tokenizer=str(folder))
    assert load_data(tmp_path / "other").tokenizer.state() == load_tokenizer(folder).state()


def test_a_tokenizer_that_is_none(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"expected vocab\.json and merges\.txt, or characters\.json, in wordpiece"
    ):
        prepare(tmp_path / "other", files, tokenizer="wordpiece")


@pytest.mark.parametrize(("characters", "dtype"), [(2**16, torch.uint16), (2**16 + 1, torch.int32)])
def test_ids_of_any_size_fit(characters: int, dtype: torch.dtype, tmp_path: Path) -> None:
    letters = [chr(i) for i in range(0x20, 0x20 + 70_000) if not 0xD800 <= i < 0xE000][: characters - 1]
    CharTokenizer("\n" + "".join(letters)).save(tmp_path / "char")
    path = write(tmp_path / "text", f"{letters[-1]} {letters[-2]}\n" * 20)
    meta = prepare(tmp_path / "data", [path], tokenizer=str(tmp_path / "char"))
    data = load_data(tmp_path / "data")
    assert meta["vocab_size"] == characters
    assert data.train.dtype == data.val.dtype == dtype
    assert data.train[:4].tolist() == [characters - 1, 1, characters - 2, 0]
    assert batch(data.val, 1, 3, seed=0, step=0)[0].max() == characters - 1


def test_a_vocabulary_is_learned_from_a_sample(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minigpt.prepare.SAMPLE", 1)
    prepare(tmp_path / "data", files, vocab_size=300)
    first = "".join(read(divide(files[0], 0.1)[0]))
    assert load_tokenizer(tmp_path / "data").state() == BPETokenizer.train(first.rstrip(), 300).state()


def test_prepared_twice_is_the_same(folder: Path, files: list[Path], tmp_path: Path) -> None:
    prepare(tmp_path / "again", files, vocab_size=300)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_what_is_mapped_stays_while_data_are_prepared_anew(folder: Path, files: list[Path]) -> None:
    data = load_data(folder)
    before = data.train.tolist()
    prepare(folder, files[:1], vocab_size=270)
    assert data.train.tolist() == before != load_data(folder).train.tolist()


# Errors


def test_empty_file(files: list[Path], tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.txt", "")
    with pytest.raises(
        ValueError, match=rf"expected text in {re.escape(str(empty))}, got an empty file; leave"
    ):
        prepare(tmp_path / "data", [*files, empty])


def test_one_line_leaves_nothing_for_validation(tmp_path: Path) -> None:
    path = write(tmp_path / "line.txt", "one line without an end")
    with pytest.raises(
        ValueError, match=r"got none: the last line of .*line\.txt is more than val_share=0\.1 of it; break"
    ):
        prepare(tmp_path / "data", [path])


def test_failure_leaves_what_was_there(folder: Path, files: list[Path], tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"good\n\xff\n")
    for tokenizer in ("bpe", "char", str(folder)):
        with pytest.raises(ValueError, match=r"expected UTF-8 in .* got 0xff at byte 5"):
            prepare(folder, [*files, bad], tokenizer=tokenizer)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_killed_between_files_is_found(
    folder: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: CharTokenizer, folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CharTokenizer, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare(folder, files, tokenizer="char")
    with pytest.raises(
        ValueError, match=r"No such file or directory: '.*meta\.json'; run python -m minigpt\.data"
    ):
        load_data(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "meta.json").write_text("{"), "Expecting property name"),
        (lambda f: (f / "meta.json").write_text("{}"), "'dtype'|'train'"),
        (lambda f: (f / "meta.json").write_text("[]"), "list indices"),
        (lambda f: (f / "val.bin").unlink(), r"No such file or directory: '.*val\.bin'"),
        (lambda f: (f / "val.bin").write_bytes(b"abc"), r"expected \d+ bytes in .*val\.bin, got 3"),
        (lambda f: (f / "vocab.json").unlink(), r"No such file or directory: '.*vocab\.json'"),
    ],
)
def test_damaged_data(damage: Callable[[Path], object], message: str, folder: Path) -> None:
    damage(folder)
    start = re.escape(f"expected prepared data in {folder}: ")
    end = re.escape(f"; run python -m minigpt.data --out {folder}")
    with pytest.raises(ValueError, match=f"^{start}.*({message}).*{end}$"):
        load_data(folder)


# Batches


def count(n: int) -> torch.Tensor:
    return torch.arange(n, dtype=torch.int32).to(torch.uint16)


def test_targets_are_inputs_one_further(device: torch.device) -> None:
    x, y = batch(count(60_000), batch_size=8, block_size=16, seed=0, step=0, device=device)
    assert x.shape == y.shape == (8, 16)
    assert x.dtype == y.dtype == torch.int64
    assert x.device.type == y.device.type == device.type
    assert torch.equal(y, x + 1)
    assert torch.equal(x, x[:, :1] + torch.arange(16, device=device))


def test_seed_and_step_decide_and_nothing_else(device: torch.device) -> None:
    tokens = count(60_000)
    first = batch(tokens, 8, 16, seed=1, step=2, device=device)[0]
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert torch.equal(batch(tokens, 8, 16, seed=1, step=2, device=device)[0], first)
    assert torch.equal(torch.get_rng_state(), before)
    others = [(1, 3), (2, 2), (2, 1), (12, 0), (1, 2 + 2**32), (1 + 2**32, 2)]
    for seed, step in others:
        assert not torch.equal(batch(tokens, 8, 16, seed=seed, step=step, device=device)[0], first)


def test_batches_do_not_change_between_versions() -> None:
    """A run resumed with a newer Python or torch must see the same text."""
    assert batch(count(60_000), 4, 2, seed=1, step=2)[0][:, 0].tolist() == [58995, 25014, 1308, 10327]


@pytest.mark.parametrize("world", [1, 2, 4, 8])
def test_slices_of_the_processes_are_the_batch(world: int) -> None:
    tokens = count(60_000)
    x, y = batch(tokens, 8, 16, seed=3, step=4)
    slices = [batch(tokens, 8, 16, seed=3, step=4, rank=rank, world=world) for rank in range(world)]
    assert torch.equal(torch.cat([part for part, _ in slices]), x)
    assert torch.equal(torch.cat([part for _, part in slices]), y)


def test_rows_begin_anywhere_and_end_in_time() -> None:
    tokens = count(20)
    first = {int(i) for step in range(100) for i in batch(tokens, 8, 16, seed=0, step=step)[0][:, 0].tolist()}
    assert first == {0, 1, 2, 3}  # the last target is token 19
    x, y = batch(count(17), 3, 16, seed=0, step=0)
    assert x[:, 0].tolist() == [0, 0, 0]
    assert y[:, -1].tolist() == [16, 16, 16]


def test_places_are_equally_likely() -> None:
    rows = batch(count(110), 20_000, 10, seed=0, step=0)[0][:, 0]
    share = torch.bincount(rows, minlength=100) / len(rows)
    assert len(share) == 100
    assert (share - 0.01).abs().max() < 0.004


def test_too_few_tokens() -> None:
    message = "expected more tokens than block_size=16, got 16; take more text or a smaller block_size"
    with pytest.raises(ValueError, match=message):
        batch(count(16), 1, 16, seed=0, step=0)


def test_rows_that_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="expected batch_size to be a multiple of world=3, got 8; try 9"):
        batch(count(60), 8, 4, seed=0, step=0, world=3)


def test_rows_for_a_gpu_are_pinned_and_copied_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a GPU: what is asked of torch, and in which order."""
    asked: list[tuple[str, object, object]] = []

    def pin(rows: torch.Tensor) -> torch.Tensor:
        asked.append(("pin", rows.dtype, None))
        return rows

    def to(rows: torch.Tensor, device: object, non_blocking: bool = False) -> torch.Tensor:
        asked.append(("to", str(device), non_blocking))
        return rows

    tokens = count(60)
    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    monkeypatch.setattr(torch.Tensor, "to", to)
    batch(tokens, 2, 4, seed=0, step=0, device="cuda:1")
    assert asked == [("pin", torch.int64, None), ("to", "cuda:1", True)]
    asked.clear()
    batch(tokens, 2, 4, seed=0, step=0, device="cpu")
    assert [call[0] for call in asked] == ["to"]  # only a GPU has a use for pinned memory


def test_a_model_takes_the_batch(folder: Path, device: torch.device) -> None:
    data = load_data(folder)
    assert isinstance(data, Data)
    model = GPT(GPTConfig(block_size=8, vocab_size=data.tokenizer.vocab_size, n_layer=1, n_head=1, n_embd=8))
    _, loss = model.to(device)(*batch(data.val, 4, 8, seed=0, step=0, device=device))
    assert loss.isfinite()


# The command


def test_command(files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "data")
    main(["--text", *map(str, files), "--out", out, "--vocab-size", "300", "--val-share", "0.2"])
    meta = json.loads((tmp_path / "data" / "meta.json").read_text())
    sizes = [f"{meta[name][what]:,}" for name in ("train", "val") for what in ("tokens", "bytes")]
    assert capsys.readouterr().out == (
        f"{out}: vocabulary / 词表 300\n"
        f"  train.bin  training / 训练: {sizes[0]} tokens, {sizes[1]} bytes\n"
        f"  val.bin  validation / 验证: {sizes[2]} tokens, {sizes[3]} bytes\n"
        f"train on it with / 用它训练：\n  python -m minigpt.train --data {out}\n"
    )
    assert 0.15 < meta["val"]["bytes"] / (meta["train"]["bytes"] + meta["val"]["bytes"]) < 0.25


def test_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--text", str(tmp_path / "none.txt"), "--out", str(tmp_path / "data")])
    assert stop.value.code == 1
    error = capsys.readouterr().err
    assert re.fullmatch(r"error / 错误: .*No such file or directory: '.*none\.txt'\n", error)


def test_the_guide_goes_where_training_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def prepared(out: Path, *_: object, **__: object) -> dict[str, object]:
        asked.append(out)
        return {"vocab_size": 1, "train": {"tokens": 1, "bytes": 1}, "val": {"tokens": 1, "bytes": 1}}

    monkeypatch.setattr("minigpt.data.prepare", prepared)
    main([])
    main(["--vocab-size", "300"])
    main(["--tokenizer", "char"])
    main(["--out", "here"])
    names = ["guide-bpe-4096", "guide-bpe-300", "guide-char"]
    assert asked == [*(Path("data", name) for name in names), "here"]


def test_a_tokenizer_of_ones_own_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """One in a folder named char must not become the guide's."""
    with pytest.raises(SystemExit) as stop:
        main(["--tokenizer", "some/char"])
    assert stop.value.code == 1
    assert "expected --out DIR with a tokenizer of your own, got 'some/char'" in capsys.readouterr().err


def test_text_of_ones_own_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--text", "a.txt"])
    assert stop.value.code == 2
    assert "expected --out DIR with --text, got none; name the folder" in capsys.readouterr().err


@pytest.mark.parametrize("share", [0.25, 0.999])
def test_a_byte_order_mark_is_no_text(tmp_path: Path, share: float) -> None:
    text = "first line\n第二行\nlast line\n"
    plain, marked = tmp_path / "plain.txt", tmp_path / "marked.txt"
    plain.write_bytes(text.encode())
    marked.write_bytes(codecs.BOM_UTF8 + text.encode())
    for one, other in zip(divide(plain, share), divide(marked, share), strict=True):
        assert "".join(read(one)) == "".join(read(other))
    marked.write_bytes(codecs.BOM_UTF8)
    with pytest.raises(ValueError, match="got an empty file; leave it out"):
        divide(marked, share)


def test_help_is_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    options = set(re.findall(r"^  (--[a-z-]+)", shown, flags=re.MULTILINE))
    assert options == {"--text", "--out", "--tokenizer", "--vocab-size", "--val-share"}
    assert shown.count(" / ") >= len(options) + 1


def test_command_on_the_guide(tmp_path: Path) -> None:
    """As a reader types it, on the default corpus."""
    command = [sys.executable, "-m", "minigpt.data", "--out", str(tmp_path), "--vocab-size", "600"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert f"{tmp_path}: vocabulary / 词表 600\n" in done.stdout
    assert done.stderr == ""  # no bars outside a terminal
    data = load_data(tmp_path)
    for tokens in (data.train, data.val):
        words = [data.tokenizer.decode([i]) for i in set(tokens.tolist())]
        assert " the" in words
        assert "的" in words
        assert " def" in words
    first = list(itertools.takewhile(lambda i: i != data.tokenizer.end, data.train.tolist()))
    assert data.tokenizer.decode(first) == "".join(read(divide(guide_files()[0], 0.1)[0]))
