"""Random models of two layers, built in the process: they judge badly, but as every judge must."""

import string
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

from models.manifest import Head, Manifest
from models.train.export import write_full_precision, write_graph, write_manifest, write_tokenizer
from models.train.network import Network

WORDS = ("acme", "the", "router", "broke", "again", "great", "user", "http", "help", "is", "app", "w")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LETTERS = string.ascii_lowercase + string.digits + string.punctuation


def tokenizer() -> Tokenizer:
    """Return a BERT tokenizer of few words; other words fall into letters, other signs into [UNK]."""
    pieces = dict.fromkeys((*SPECIAL, *WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)))
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = BertNormalizer(lowercase=True)
    made.pre_tokenizer = BertPreTokenizer()
    made.add_special_tokens(list(SPECIAL))
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    return made


def config(seed: int = 7, spread: float = 0.5, **more: Any) -> BertConfig:
    """Return the shape of a tiny BERT; seeds torch, so that what is made of it next is the same each time."""
    torch.manual_seed(seed)
    shape: dict[str, Any] = {
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 128,
    }
    return BertConfig(vocab_size=11_000, initializer_range=spread, **shape, **more)


def network(seed: int = 7, spread: float = 0.5) -> Network:
    """Return our network around a tiny encoder; weights of wide spread answer differently to each text."""
    shape = config(seed, spread, attn_implementation="eager")
    return Network(BertModel(shape, add_pooling_layer=False), dropout=0.0).eval()


def manifest(**more: object) -> Manifest:
    """Return a manifest that fits it."""
    heads = (
        Head(name="sentiment", labels=("negative", "neutral", "positive"), temperature=2.0),
        Head(name="complaint", labels=("no", "yes"), temperature=2.0),
        Head(name="anger", labels=("no", "yes"), temperature=2.0, bias=(0.0, 0.5)),
    )
    return Manifest.model_validate({"name": "tiny", "heads": heads, "longest": 128, "languages": ("en",)} | more)


def save_onnx(folder: Path, made: Network, written: Manifest) -> Path:
    """Write a folder that the ``onnx`` runtime opens."""
    base = save_base(folder)
    write_graph(made, folder / "model.onnx")
    write_tokenizer(base, folder / "tokenizer.json")
    write_manifest(folder, written)
    return folder


def save_torch(folder: Path, made: Network, written: Manifest) -> Path:
    """Write a folder that the ``torch`` runtime opens."""
    write_full_precision(made, folder, save_base(folder), written)
    return folder


def save_base(folder: Path) -> Path:
    """Write a folder as the base encoder's package holds it."""
    base = folder / "base"
    base.mkdir(parents=True, exist_ok=True)
    BertModel(config(spread=0.05), add_pooling_layer=False).save_pretrained(base)
    tokenizer().save(str(base / "tokenizer.json"))
    return base


def save_hugging_face(folder: Path, labels: tuple[str, ...], seed: int = 7, **more: Any) -> Path:
    """Write a sequence-classification model in Hugging Face's layout."""
    names = dict(enumerate(labels))
    shape = config(seed, id2label=names, label2id={label: place for place, label in names.items()}, **more)
    BertForSequenceClassification(shape).save_pretrained(folder)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer(),
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    ).save_pretrained(folder)
    return folder
