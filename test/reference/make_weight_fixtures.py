"""Writes the PyTorch files and pickles under test/fixtures/weights, and their values as JSON.

Run it with Debian's python3-torch (1.13), then format the JSON:

    python3 test/reference/make_weight_fixtures.py && npx prettier --write test/fixtures/weights/*.json
"""

import collections
import io
import json
import math
import os
import pickle
import warnings
import zipfile
from pathlib import Path

import torch

OUT = Path(__file__).resolve().parent.parent / "fixtures" / "weights"


def describe(tensor):
    """A tensor as JSON: every element as a text, so that JSON need not know infinities, NaN and int64."""
    if tensor.dtype.is_floating_point:
        values = [format_float(value) for value in tensor.double().flatten().tolist()]
    else:
        values = [str(int(value)) for value in tensor.flatten().tolist()]
    return {"dtype": str(tensor.dtype).removeprefix("torch."), "dims": list(tensor.shape), "values": values}


def format_float(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def write_json(name, tensors):
    described = {key: describe(tensor) for key, tensor in tensors.items()}
    (OUT / name).write_text(json.dumps(described, indent=1) + "\n")


def every_tensor():
    """Each element type and each kind of view."""
    special = [0.0, -0.0, 1.0, -1.5, 65504.0, 2.0**-24, 2.0**-14, math.inf, -math.inf, math.nan]
    shared = torch.arange(12, dtype=torch.float32)
    return collections.OrderedDict(
        float32=torch.tensor([[0.1, -2.5, 3e38], [1e-45, math.inf, math.nan]]),
        float16=torch.tensor(special, dtype=torch.float16),
        bfloat16=torch.tensor(special, dtype=torch.bfloat16),
        float64=torch.tensor([math.pi, 1e308], dtype=torch.float64),
        int64=torch.tensor([2**62, -(2**63)]),
        int32=torch.tensor([2**31 - 1, -(2**31)], dtype=torch.int32),
        int16=torch.tensor([32767, -32768], dtype=torch.int16),
        int8=torch.tensor([127, -128], dtype=torch.int8),
        uint8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
        scalar=torch.tensor(7.5),
        empty=torch.zeros(0, 4),
        parameter=torch.nn.Parameter(torch.tensor([[1.0, 2.0]])),
        transposed=torch.arange(24, dtype=torch.float32).reshape(2, 3, 4).permute(2, 0, 1),
        channels_last=torch.arange(24, dtype=torch.float32)
        .reshape(1, 2, 3, 4)
        .contiguous(memory_format=torch.channels_last),
        strided=torch.arange(20, dtype=torch.int64).reshape(4, 5)[1:, ::2],
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3),
        shared_whole=shared,
        shared_tail=shared[8:],
        shared_matrix=shared.reshape(3, 4)[:, 1:3],
    )


class Storage:
    """Stands for a storage in a pickle written by hand."""

    def __init__(self, elements, key="0", kind=torch.FloatStorage, tag="storage"):
        self.id = (tag, kind, key, "cpu", elements)


class TextId:
    """A persistent id that is a text."""

    id = "storage"


class View:
    """Stands for a tensor in a pickle written by hand."""

    def __init__(self, storage, offset, size, stride):
        self.arguments = (storage, offset, size, stride, False, collections.OrderedDict())

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, self.arguments


class Command:
    """Runs a command in a reader that executes pickles."""

    def __reduce__(self):
        return os.system, ("touch executed",)


def torch_pickle(value):
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=2)
    pickler.persistent_id = lambda item: item.id if isinstance(item, (Storage, TextId)) else None
    pickler.dump(value)
    return buffer.getvalue()


def write_archive(name, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(OUT / name, "w", compression) as archive:
        for path, content in entries.items():
            archive.writestr(zipfile.ZipInfo(path), content, compression)


def write_twice(name, path, content):
    with warnings.catch_warnings(), zipfile.ZipFile(OUT / name, "w") as archive:
        warnings.simplefilter("ignore")
        for _ in range(2):
            archive.writestr(zipfile.ZipInfo(path), content)


def write_value(name, value, storage=bytes(16)):
    """An archive of a pickle written by hand and one storage."""
    write_archive(name, {"archive/data.pkl": torch_pickle(value), "archive/data/0": storage})


def entries_of(name):
    with zipfile.ZipFile(OUT / name) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def write_zip64(name, entries):
    """Every size, offset and count in the zip64 records, as in archives over 4 GiB."""
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
    with zipfile.ZipFile(OUT / name, "w") as archive:
        for path, content in entries.items():
            with archive.open(path, "w", force_zip64=True) as entry:
                entry.write(content)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits


def write_torch_files():
    torch.manual_seed(0)
    tensors = every_tensor()
    torch.save(tensors, OUT / "every-tensor.pth")
    write_json("every-tensor.json", tensors)

    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 2), torch.nn.BatchNorm2d(2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.randn(3, 1, 4, 4)).sum().backward()
    optimizer.step()
    state = model.state_dict()
    write_json("model.json", state)
    torch.save(state, OUT / "model.pth")
    torch.save({f"module.{name}": tensor for name, tensor in state.items()}, OUT / "parallel.pth")
    checkpoint = {
        "epoch": 3,
        "arch": "tiny",
        "best": torch.tensor(0.5),
        "state_dict": state,
        "optimizer": optimizer.state_dict(),
    }
    torch.save(checkpoint, OUT / "checkpoint.pth")
    torch.save({"epoch": 3, **state}, OUT / "mixed.pth")
    torch.save(state, OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(torch.zeros(2, 3), OUT / "tensor.pth")
    torch.save({}, OUT / "empty.pth")
    torch.save([1, 2], OUT / "list.pth")
    torch.save(3, OUT / "number.pth")
    torch.save({"epoch": 3, "arch": "tiny"}, OUT / "no-tensors.pth")
    torch.save(model, OUT / "whole-model.pth")
    torch.jit.script(torch.nn.ReLU()).save(str(OUT / "torchscript.pth"))


def write_altered_archives():
    entries = entries_of("model.pth")
    root = next(iter(entries)).split("/")[0]
    write_archive("little-endian.pth", {**entries, f"{root}/byteorder": b"little"})
    write_archive("big-endian.pth", {**entries, f"{root}/byteorder": b"big"})
    write_archive("compressed.pth", entries, zipfile.ZIP_DEFLATED)
    write_zip64("zip64.pth", entries)
    write_archive("no-storage.pth", {path: data for path, data in entries.items() if not path.endswith("/data/0")})
    write_archive("two-pickles.pth", {**entries, "other/data.pkl": b"\x80\x02N."})
    write_twice("two-entries.pth", "archive/data.pkl", b"\x80\x02N.")
    write_archive("no-pickle.pth", {"readme.txt": b"nothing here"})


def write_hostile_archives():
    write_value("command.pth", {"weight": Command()})
    write_value("view-outside.pth", {"w": View(Storage(4), 1, (2, 2), (2, 1))})
    write_value("view-negative.pth", {"w": View(Storage(4), 0, (2,), (-1,))})
    write_value("view-ranks.pth", {"w": View(Storage(4), 0, (2, 2), (1,))})
    write_value("view-no-storage.pth", {"w": View("0", 0, (2,), (1,))})
    write_value("view-huge.pth", {"w": View(Storage(4), 0, (2**40,), (0,))})
    write_value("storage-short.pth", {"w": View(Storage(100), 0, (100,), (1,))})
    write_value("storage-unknown.pth", {"w": View(Storage(4, tag="file"), 0, (4,), (1,))})
    write_value("storage-complex.pth", {"w": View(Storage(2, kind=torch.ComplexFloatStorage), 0, (2,), (1,))})
    write_value("id-text.pth", {"w": TextId()})
    cyclic = {"w": View(Storage(4), 0, (4,), (1,))}
    cyclic["self"] = cyclic
    write_value("cyclic.pth", cyclic)


def write_pickles():
    value = {
        "none": None,
        "bools": [True, False],
        "integers": [0, 255, 256, 65536, -1, 2**31, -(2**53) + 1, 2**60, -(2**63)],
        "floats": [0.5, -1e300],
        "texts": ["", "猫", "x" * 300],
        "bytes": b"\x00\xff",
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "nested": {1: {"deep": [[]]}},
        "set": {1},
        "frozenset": frozenset({2}),
        "ordered": collections.OrderedDict(b=1, a=2),
    }
    shared = [1]
    value["shared"] = [shared, shared]
    for protocol in range(2, 6):
        (OUT / f"values-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write_torch_files()
    write_altered_archives()
    write_hostile_archives()
    write_pickles()
