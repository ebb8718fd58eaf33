"""The default model in PyTorch."""

import json

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


def load(model):
    """The model in PyTorch, with its fused attention."""
    config = json.loads((model / "config.json").read_text())
    width, heads = config["hidden_size"], config["num_attention_heads"]
    weights = {name.removeprefix("bert."): tensor.float() for name, tensor in load_file(model / "model.safetensors").items()}

    def linear(name):
        weight = weights[f"{name}.weight"]
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        layer.load_state_dict({"weight": weight, "bias": weights[f"{name}.bias"]})
        return layer

    def norm(name):
        layer = nn.LayerNorm(width, eps=config["layer_norm_eps"])
        layer.load_state_dict({"weight": weights[f"{name}.weight"], "bias": weights[f"{name}.bias"]})
        return layer

    class Layer(nn.Module):
        def __init__(self, name):
            super().__init__()
            self.query, self.key, self.value = (linear(f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
            self.attended, self.attended_norm = linear(f"{name}.attention.output.dense"), norm(f"{name}.attention.output.LayerNorm")
            self.inner, self.outer = linear(f"{name}.intermediate.dense"), linear(f"{name}.output.dense")
            self.outer_norm = norm(f"{name}.output.LayerNorm")

        def forward(self, x, mask):
            rows, length, _ = x.shape
            split = lambda y: y.view(rows, length, heads, width // heads).transpose(1, 2)
            context = F.scaled_dot_product_attention(split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask)
            x = self.attended_norm(x + self.attended(context.transpose(1, 2).reshape(rows, length, width)))
            return self.outer_norm(x + self.outer(F.gelu(self.inner(x))))

    class Bert(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding.from_pretrained(weights["embeddings.word_embeddings.weight"])
            positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
            self.positions = nn.Embedding.from_pretrained(positions)
            self.norm = norm("embeddings.LayerNorm")
            self.layers = nn.ModuleList(Layer(f"encoder.layer.{i}") for i in range(config["num_hidden_layers"]))

        def forward(self, ids, mask):
            x = self.norm(self.words(ids) + self.positions(torch.arange(ids.shape[1]))[None])
            wide = (mask == 1)[:, None, None, :]
            for layer in self.layers:
                x = layer(x, wide)
            counted = mask[:, :, None].to(x.dtype)
            return F.normalize((x * counted).sum(1) / counted.sum(1), dim=1)

    return Bert().eval()
