"""Records training steps of a PyTorch model as a trace for SWG: swg-trace version 2, see src/trace/FORMAT.md.

    import swg_capture

    with swg_capture.record(model, "trace.safetensors", steps=[0, 100, 1000], max_batch=8):
        train(model)

The folder needs torch alone; tested with 1.13 and 2.13. Where safetensors is installed, it reads the finished file once
before the file takes its place.

A step is one forward of `model` with gradients on, counted from 0. While the forward of a recorded step runs, the
functions of PyTorch that multiply (watching.py) are watched, whoever calls them: Linear, Conv1d, Conv2d,
ConvTranspose1d, ConvTranspose2d, what is derived from them, attention, `x @ self.weight`. Of each product with a weight
of the model the file gets what was multiplied with the weight (fmap), the gradient of the loss with respect to what
came out of just that product (emap), the weight gradient, computed here in float64 from exactly these two, and a mask
where the weight is pruned.

Every backward that adds to the `.grad` of a weight is held against what was recorded. A weight is recorded if both
agree, for the whole batch; else it is left out, one warning says why, and the file names it in `left_out`. So is every
weight of two or more axes that got a gradient in a way that cannot be seen: LSTM and GRU, embeddings, three spatial
axes, what is scripted or compiled. A model from torch.compile runs uncompiled in recorded steps.

Nothing is put on the model or its modules, so it can be saved, copied, pickled and scripted. A forked process records
nothing.
"""

from .recorder import Recorder


def record(
    model,
    path,
    steps=(0,),
    layers=None,
    max_batch=None,
    bitmaps_only=False,
    values=None,
    network=None,
    dataset="unknown",
):
    """A context in which `steps` of the training of `model` are recorded; the file `path` is written once, whole.

    steps         whole numbers: which forwards of `model` with gradients on, from 0
    layers        names of layers, * and ? allowed ("layer1.*"), or a function of (name, module); all by default
    max_batch     keep the first so many images of the batch (entries of the first dimension); the gradient is theirs
    bitmaps_only  only where values are not zero: sixteen times smaller than BF16, enough for cycles and energy
    values        "F32", "F16" or "BF16": round values to this type and compute gradients from the rounded ones. A map
                  in which that would change what is zero, or overflow, keeps its own type. By default values stay
    network, dataset   names for the report

    The file is there as soon as the last step is complete. If the training ends early, by an error, SIGTERM or SIGHUP,
    or the disk is full, it holds the steps that are complete, and if none is, there is no file; SIGKILL leaves none.
    A handler that the program has for a signal stays; without one, a signal waits for Python to run, as it does for any
    handler. In another thread than the main one no handler can be set, so there SIGTERM and SIGHUP leave no file.

    Raises ValueError or OSError at once for arguments that cannot work. What goes wrong later never disturbs the
    training: recording stops with a warning.
    """
    return Recorder(model, path, steps, layers, max_batch, bitmaps_only, values, network, dataset)
