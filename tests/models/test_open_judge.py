"""Opening a judge: what is imported, and what is said when it cannot be opened."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from listener.domain.errors import ConfigError
from listener.domain.judgement import Passage
from models.cores import usable
from models.judge import JudgeSettings, open_judge
from models.manifest import read_manifest
from models.onnx_judge import _options
from tests.models import tiny

SCRIPT = """
import json, sys
from listener.domain.judgement import Passage
from models.judge import JudgeSettings, open_judge
judge = open_judge(JudgeSettings(model=sys.argv[1]))
answer = judge.judge([Passage("the router is broken again and nobody helps me")])[0]
heavy = {"torch", "transformers", "huggingface_hub", "onnx", "sklearn", "scipy"} & set(sys.modules)
print(json.dumps({"heavy": sorted(heavy), "judged": answer.sentiment is not None, "model": judge.model_id}))
"""


def test_the_default_runtime_is_light(onnx_folder: Path) -> None:
    """It judges without torch or transformers; another process gives the model the same name."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(onnx_folder)], capture_output=True, check=True, text=True)
    said = json.loads(done.stdout)
    here = open_judge(JudgeSettings(model=str(onnx_folder))).model_id
    assert said == {"heavy": [], "judged": True, "model": here}
    assert here.startswith("tiny-")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (JudgeSettings("cuda"), 'runtime "cuda" is unknown'),
        (JudgeSettings("onnx", "hf:some/model"), 'needs runtime = "torch"'),
        (JudgeSettings("torch"), 'runtime "torch" needs a model'),
        (JudgeSettings("onnx", "nowhere"), "nowhere holds no weights"),
        (JudgeSettings("torch", "nowhere"), "nowhere holds no weights"),
    ],
)
def test_settings_that_cannot_be(settings: JudgeSettings, message: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(ConfigError, match=message):
        open_judge(settings)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """What the system refuses is said as a mistake of the configuration, like all else."""
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"manifest.json cannot be read: Not a directory"):
        open_judge(JudgeSettings(model=str(tmp_path / "model.onnx")))


@pytest.mark.parametrize(("wanted", "granted"), [(1, 1), (2, 2), (64, 2), (0, 1)])
def test_threads_are_bounded_by_the_cores_of_the_process(
    monkeypatch: pytest.MonkeyPatch, wanted: int, granted: int
) -> None:
    """In a cpuset the host's count is not ours; and nothing spins, or grows with each new shape of batch."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3, 5})
    assert usable(wanted) == granted
    options = _options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert (options.enable_cpu_mem_arena, options.enable_mem_pattern) == (False, False)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_broken_files_are_said(onnx_folder: Path, tmp_path: Path) -> None:
    """A manifest of another shape, a missing tokenizer, a graph that is none."""
    (tmp_path / "manifest.json").write_text('{"name": "x"}')
    with pytest.raises(ConfigError, match=r"manifest.json cannot be used"):
        open_judge(JudgeSettings(model=str(tmp_path)))
    (tmp_path / "manifest.json").write_bytes((onnx_folder / "manifest.json").read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ConfigError, match=r"tokenizer.json is missing"):
        open_judge(JudgeSettings(model=str(tmp_path)))
    (tmp_path / "tokenizer.json").write_bytes((onnx_folder / "tokenizer.json").read_bytes())
    with pytest.raises(ConfigError, match="cannot be loaded"):
        open_judge(JudgeSettings(model=str(tmp_path)))


def test_the_floor_of_confidence_abstains_and_keeps_its_probabilities(onnx_folder: Path, tmp_path: Path) -> None:
    """Above it nothing changes."""
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes((onnx_folder / name).read_bytes())
    passage = Passage("the router is broken again and nobody helps me")
    answers = []
    for floor in (0.0, 1.0):
        written = read_manifest(onnx_folder).model_copy(update={"unsure": floor})
        (tmp_path / "manifest.json").write_text(written.model_dump_json())
        answers.extend(open_judge(JudgeSettings(model=str(tmp_path))).judge([passage]))
    sure, unsure = answers
    assert (sure.abstained, unsure.abstained) == (None, "low confidence")
    assert sure.sentiment == unsure.sentiment
    assert (sure.sentiment_label is None, unsure.sentiment_label is None) == (False, True)
    assert sure.model != unsure.model


def test_both_runtimes_of_our_network_agree(onnx_folder: Path, tmp_path: Path) -> None:
    """Eight bits move a probability by little."""
    full = tiny.save_torch(tmp_path, tiny.network(), tiny.manifest())
    passages = [Passage("the acme app is great again"), Passage("my router broke and nobody helps", brand="router")]
    small = open_judge(JudgeSettings(model=str(onnx_folder))).judge(passages)
    for one, other in zip(small, open_judge(JudgeSettings("torch", str(full))).judge(passages), strict=True):
        assert one.sentiment
        assert other.sentiment
        assert one.sentiment.negative == pytest.approx(other.sentiment.negative, abs=0.05)
        assert one.heads == pytest.approx(other.heads, abs=0.05)
