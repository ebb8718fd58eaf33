#!/usr/bin/env python3
"""Our encoder beside ONNX Runtime and PyTorch, by turns, on the same texts and threads.

    python3 -m venv ENV && ENV/bin/pip install -r tests/encoders/requirements.txt
    ENV/bin/python tests/encoders/compare.py --caifeng target/release/caifeng

Needs the installed model and some gigabytes for PyTorch. Each turn runs every engine once over all
texts, tokenising included, loading not; printed are the median of the turns, the ratios of medians, and
our bars. Peers get the texts as their users would give them: sorted by length, padded in batches of 32.
"""

import argparse, json, pathlib, random, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNELS = ["amx", "vnni", "avx512", "avx2", "candle"]
BATCH = 32
# Ours, the peer, and how many times as fast we mean to be.
BARS = [
    ("amx", "torch bf16", 1.5),
    ("amx", "onnxruntime int8", 1.9),
    ("vnni", "onnxruntime int8", 1.4),
    ("avx512", "onnxruntime f32", 1.4),
    ("avx2", "candle", 1.0),
]


def invented(count):
    """Opinions of the corpora, of 15 to 300 characters; every third is two of them."""
    seen = set()
    for file in sorted((ROOT / "corpora").rglob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text", "").replace("\n", " ")
            if 15 <= len(text) <= 300:
                seen.add(text)
    texts = sorted(seen)
    chance = random.Random(20261122)
    chance.shuffle(texts)
    out = []
    while len(out) < count:
        text = texts[len(out) % len(texts)]
        if len(out) % 3 == 0:
            text += chance.choice(texts)
        out.append(text)
    return out


def mixed(texts):
    """The same with what else people type: signs, digits, Latin, kana, rare characters, nothing much."""
    chance = random.Random(1)
    odd = ["👍🏻", "ＡＢＣ１２３", "カタカナ", "㐂𠮷", "https://example.com/?q=1", "é", "…………", "（一）", "\u200d", " ", "。"]
    out = []
    for index, text in enumerate(texts):
        at = chance.randrange(len(text))
        part = chance.choice(odd)
        out.append([text, text[:at] + part + text[at:], part * 3, text * 8][index % 4])
    return out


class Padded:
    """Batches of 32, sorted by length, as arrays of ids and a mask."""

    def __init__(self, model, texts):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.tokenizer.enable_truncation(512)
        self.tokenizer.enable_padding(pad_id=1)
        self.texts = ["query: " + text for text in sorted(texts, key=len)]

    def batches(self):
        import numpy as np

        for start in range(0, len(self.texts), BATCH):
            encoded = self.tokenizer.encode_batch(self.texts[start : start + BATCH])
            yield (
                np.array([one.ids for one in encoded], dtype=np.int64),
                np.array([one.attention_mask for one in encoded], dtype=np.int64),
            )


def peers(model, texts, threads, folder):
    """Name and a function that encodes all texts, of each peer."""
    import onnxruntime
    import bert, torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    torch.set_num_threads(threads)
    padded = Padded(model, texts)
    plainly = bert.load(model)

    def with_torch(network):
        def run():
            with torch.inference_mode():
                return [network(torch.from_numpy(ids), torch.from_numpy(mask)).float().numpy() for ids, mask in padded.batches()]
        return run

    example = next(padded.batches())
    plain, small = str(folder / "f32.onnx"), str(folder / "int8.onnx")
    axes = {name: {0: "rows", 1: "length"} for name in ("ids", "mask")}
    torch.onnx.export(plainly, tuple(map(torch.from_numpy, example)), plain, input_names=["ids", "mask"],
                      output_names=["vectors"], dynamic_axes=axes, opset_version=17, dynamo=False)
    quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)

    def with_onnx(path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return lambda: [session.run(None, {"ids": ids, "mask": mask})[0] for ids, mask in padded.batches()]

    half = bert.load(model).to(torch.bfloat16)
    return {
        "torch bf16": with_torch(half),
        "torch f32": with_torch(plainly),
        "onnxruntime int8": with_onnx(small),
        "onnxruntime f32": with_onnx(plain),
    }


def ours(arguments, kernel, file, *more):
    command = [arguments.caifeng, "--models", arguments.models, "--kernel", kernel, "bench", "encode", "--texts", file, "--json",
               "--rounds", "1", *more]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        return None
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--caifeng", default=ROOT / "target/release/caifeng", type=pathlib.Path)
    parser.add_argument("--models", default=ROOT / "models", type=pathlib.Path)
    parser.add_argument("--texts", default=2000, type=int)
    parser.add_argument("--threads", default=2, type=int)
    parser.add_argument("--turns", default=5, type=int)
    parser.add_argument("--accuracy", action="store_true", help="only the cosines to 32-bit floats of 2,000 mixed texts")
    arguments = parser.parse_args()
    texts = invented(arguments.texts)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        file = folder / "texts.txt"
        if arguments.accuracy:
            file.write_text("\n".join(mixed(texts)), encoding="utf-8")
            for kernel in KERNELS[:-1]:
                answer = ours(arguments, kernel, file, "--threads", arguments.threads, "--accuracy")
                print(kernel, "not here" if answer is None else f"least cosine {answer['least_cosines'][kernel]:.7f}")
            return
        file.write_text("\n".join(texts), encoding="utf-8")
        probe = folder / "probe.txt"
        probe.write_text(texts[0], encoding="utf-8")
        kernels = [kernel for kernel in KERNELS if ours(arguments, kernel, probe, "--threads", arguments.threads)]
        others = peers(arguments.models / "multilingual-e5-small", texts, arguments.threads, folder)
        speeds = {name: [] for name in [*kernels, *others]}
        memory = {}
        for turn in range(arguments.turns):
            for kernel in kernels:
                answer = ours(arguments, kernel, file, "--threads", arguments.threads)
                speeds[kernel].append(answer["speeds"][0]["texts_per_second"])
                memory[kernel] = answer["peak_memory_bytes"]
            for name, run in others.items():
                if turn == 0:
                    run()
                start = time.perf_counter()
                run()
                speeds[name].append(len(texts) / (time.perf_counter() - start))
            print(f"turn {turn + 1} of {arguments.turns}", file=sys.stderr)
        one = ours(arguments, kernels[0], file, "--threads", 1)["speeds"][0]["texts_per_second"]
    median = {name: statistics.median(all) for name, all in speeds.items()}
    lengths = [len(text) for text in texts]
    print(f"{len(texts)} texts, median {statistics.median(lengths):.0f} characters, {arguments.threads} threads, {arguments.turns} turns")
    for name, speed in median.items():
        held = f"  {memory[name] / 2**20:.0f} MiB" if name in memory else ""
        print(f"  {name:<18}{speed:7.1f} texts/s  ({min(speeds[name]):.1f} to {max(speeds[name]):.1f}){held}")
    for name, peer, bar in BARS:
        if name in median and peer in median:
            print(f"  {name} is {median[name] / median[peer]:.2f} times {peer} [{bar}]")
    print(f"  {kernels[0]}: {arguments.threads} threads are {median[kernels[0]] / one:.2f} times one")


if __name__ == "__main__":
    main()
