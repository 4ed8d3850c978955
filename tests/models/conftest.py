"""Tiny judges for each runtime, made once a session."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from listener.domain.judgement import Judge
from models.judge import JudgeSettings, open_judge
from tests.models import tiny

Maker = Callable[[Path, int], JudgeSettings]
"""Writes a tiny model of a seed into a folder and says how it is opened."""


def _onnx(folder: Path, seed: int) -> JudgeSettings:
    return JudgeSettings(model=str(tiny.save_onnx(folder, tiny.network(seed), tiny.manifest())))


def _torch(folder: Path, seed: int) -> JudgeSettings:
    return JudgeSettings("torch", model=str(tiny.save_torch(folder, tiny.network(seed), tiny.manifest())))


def _hugging_face(folder: Path, seed: int) -> JudgeSettings:
    saved = tiny.save_hugging_face(folder, ("negative", "neutral", "positive"), seed)
    return JudgeSettings("torch", model=f"hf:{saved}", languages=frozenset({"en"}))


MAKERS: dict[str, Maker] = {"onnx": _onnx, "torch": _torch, "hugging face": _hugging_face}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny models gain nothing from threads, and workers that run side by side lose much by them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session", params=sorted(MAKERS))
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> JudgeSettings:
    """Say how a tiny judge of each runtime is opened."""
    return MAKERS[request.param](tmp_path_factory.mktemp("model"), 7)


@pytest.fixture(scope="session")
def judge(runtime: JudgeSettings) -> Judge:
    """Open a tiny judge of each runtime."""
    return open_judge(runtime)


@pytest.fixture(scope="session")
def onnx_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write tiny weights for the default runtime."""
    return tiny.save_onnx(tmp_path_factory.mktemp("onnx"), tiny.network(), tiny.manifest())
