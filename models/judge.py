"""Open the judge that the settings ask for; what it needs is imported only then."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from listener.domain.errors import ConfigError
from listener.domain.judgement import Judge
from models.manifest import WEIGHTS

HUGGING_FACE = "hf:"


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Which model judges and where it runs.

    ``model`` "" means the weights that ship; a path means a folder that ``python -m models.train`` wrote; and
    ``hf:NAME-or-path`` any Hugging Face sequence-classification model of sentiment (runtime ``torch`` only).
    ``languages`` overrides what the model's manifest says it judges; it says nothing for ``hf:`` models, which
    judge any language unless told otherwise.
    """

    runtime: str = "onnx"
    model: str = ""
    threads: int = 1
    languages: frozenset[str] | None = None


def open_judge(settings: JudgeSettings) -> Judge:
    """Load a judge, which takes about a second; raises ConfigError that says what is wrong and what to do."""
    if settings.runtime == "onnx":
        return _open_onnx(settings)
    if settings.runtime == "torch":
        return _open_torch(settings)
    raise ConfigError(f'[judge] runtime "{settings.runtime}" is unknown: it is "onnx" or "torch"')


def _open_onnx(settings: JudgeSettings) -> Judge:
    from models.language import identifier

    if settings.model.startswith(HUGGING_FACE):
        raise ConfigError(f'[judge] model "{settings.model}" needs runtime = "torch"')
    folder = Path(settings.model) if settings.model else WEIGHTS
    with ThreadPoolExecutor(1) as beside:
        beside.submit(identifier)  # it unpacks for half a second, in which the rest is loaded
        from models.onnx_judge import open_onnx

        return open_onnx(folder, threads=settings.threads, languages=settings.languages)


def _open_torch(settings: JudgeSettings) -> Judge:
    try:
        from models.torch_judge import open_folder, open_hugging_face
    except ImportError as error:
        raise ConfigError('[judge] runtime "torch" needs the extra: pip install "listenerd[torch]"') from error

    if not settings.model:
        raise ConfigError(
            '[judge] runtime "torch" needs a model: "hf:NAME", "hf:path" or a folder that `python -m models.train` '
            'wrote; the weights that ship are quantised for runtime = "onnx"'
        )
    if settings.model.startswith(HUGGING_FACE):
        name = settings.model.removeprefix(HUGGING_FACE)
        return open_hugging_face(name, threads=settings.threads, languages=settings.languages)
    return open_folder(Path(settings.model), threads=settings.threads, languages=settings.languages)
