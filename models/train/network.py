"""The network: one encoder, one pass, a linear head for every question."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

HEADS = {"sentiment": 3, "complaint": 2, "anger": 2}
"""Head → classes. Binary heads have two classes, so that every head is a softmax."""


class Network(nn.Module):
    """BERT encoder with heads over the first token and the mean of all tokens.

    The mean is what the base encoder was trained to give; the first token is free to attend to the target.
    """

    def __init__(self, encoder: BertModel, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        width = 2 * encoder.config.hidden_size
        self.heads = nn.ModuleDict({name: nn.Linear(width, classes) for name, classes in HEADS.items()})

    @classmethod
    def from_base(cls, base: Path, dropout: float) -> "Network":
        """Load the base encoder from a folder in Hugging Face's layout."""
        config = BertConfig.from_pretrained(base)
        return cls(BertModel.from_pretrained(base, config=config, add_pooling_layer=False), dropout)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, ...]:
        """Return logits of every head, each (batch, classes), in the order of HEADS. Inputs are (batch, tokens)."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        pooled = self.dropout(torch.cat([states[:, 0], mean], dim=-1))
        return tuple(head(pooled) for head in self.heads.values())
