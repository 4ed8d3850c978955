"""The judge, made by itself: who only wants something judged needs nothing else of the house."""

from os import sched_getaffinity

from listener.config import Config
from listener.domain.judgement import Judge
from models.judge import JudgeSettings, open_judge


def judge_of(config: Config) -> Judge:
    """Open the judge that the configuration asks for. Raises ConfigError."""
    block = config.judge
    return open_judge(JudgeSettings(runtime=block.runtime, model=config.model, threads=block.threads or _cores()))


def default_judge() -> Judge:
    """Open the judge that ships."""
    return open_judge(JudgeSettings(threads=_cores()))


def _cores() -> int:
    return len(sched_getaffinity(0))
