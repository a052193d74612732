"""llama.cpp's own server with a model of random weights: `llama.py FOLDER PORT KEY`. Needs xllamacpp and gguf from PyPI.

The model is made here, a quarter of a MiB of it: its tokens are single bytes and a few words, so that a reply is noise, with
halves of characters in it, and ends at a limit of tokens.
"""

import sys
import time

import gguf
import numpy
import xllamacpp

folder, port, key = sys.argv[1:]
path = f"{folder}/random.gguf"
WORDS = "one two three four five six seven eight nine ten".split()
WIDE, HEADS, DEEP, INNER = 64, 2, 2, 128


def write():
    """Writes the model: two blocks of the plain architecture, the same weights each time."""
    random = numpy.random.default_rng(4)
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + [f"\u2581{word}" for word in WORDS]
    kinds = gguf.TokenType
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL] + [kinds.BYTE] * 256 + [kinds.NORMAL] * len(WORDS)
    file = gguf.GGUFWriter(path, "llama")
    file.add_context_length(16384)
    file.add_embedding_length(WIDE)
    file.add_block_count(DEEP)
    file.add_feed_forward_length(INNER)
    file.add_head_count(HEADS)
    file.add_head_count_kv(HEADS)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(WIDE // HEADS)
    file.add_vocab_size(len(tokens))
    file.add_tokenizer_model("llama")
    file.add_token_list(tokens)
    file.add_token_scores([0.0] * len(tokens))
    file.add_token_types(types)
    file.add_unk_token_id(0)
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_chat_template("{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}")

    def weights(name, *shape):
        file.add_tensor(name, random.normal(0, 0.5, shape).astype(numpy.float32))

    def ones(name):
        file.add_tensor(name, numpy.ones(WIDE, dtype=numpy.float32))

    weights("token_embd.weight", len(tokens), WIDE)
    for block in range(DEEP):
        ones(f"blk.{block}.attn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weights(f"blk.{block}.{part}.weight", WIDE, WIDE)
        ones(f"blk.{block}.ffn_norm.weight")
        weights(f"blk.{block}.ffn_gate.weight", INNER, WIDE)
        weights(f"blk.{block}.ffn_up.weight", INNER, WIDE)
        weights(f"blk.{block}.ffn_down.weight", WIDE, INNER)
    ones("output_norm.weight")
    weights("output.weight", len(tokens), WIDE)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


write()
params = xllamacpp.CommonParams()
params.model.path = path
params.model_alias = {"random"}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.api_keys = [key]
params.n_ctx = 16384
params.n_predict = 64
# An end in the middle of noise would be chance.
params.sampling.ignore_eos = True
params.n_parallel = 1
params.n_gpu_layers = 0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
while True:
    time.sleep(60)
