"""A step whose backward is awaited."""

UNSEEN = (
    "its gradient comes by a way that is not recorded: not from linear, conv1d, conv2d, conv_transpose1d, "
    "conv_transpose2d or a matrix product with one weight, called from Python"
)
NOT_CHOSEN = "it was not chosen to be recorded"


class Step:
    """What was seen in one forward of the model.

    wanted    whether it is to be recorded; a forward beside one that is may add to the same gradients
    uses      products with a weight of the model
    echoes    uses without gradients, which a checkpoint may compute again
    left_out  (name, function, why) of products that cannot be recorded
    """

    def __init__(self, number, optimizer_step, wanted):
        self.number = number
        self.optimizer_step = optimizer_step
        self.wanted = wanted
        self.uses = []
        self.echoes = []
        self.left_out = []
        self.hooks = []
        self.closed = False

    def has_gradients(self):
        return any(use.g is not None for use in self.uses)

    def close(self):
        self.closed = True
        for hook in self.hooks:
            hook.remove()
        self.hooks = []

    def contents(self, weights, chosen):
        """What goes to the file, and what does not.

        weights  every Weight of the model
        chosen   names of the layers to record
        Returns (uses in their order, {(operator, why): names} of what is left out, names that got no gradient).
        """
        left_out, uses, idle = {}, [], set()
        for name, function, why in self.left_out:
            left_out.setdefault((function, why), []).append(name)
        for weight in weights:
            owner = weight.owner
            mine = [use for use in self.uses if use.target.weight is weight and use.g is not None]
            if not (mine or weight.problem or weight.unseen):
                idle.add(owner.layer)
                continue
            why = weight.problem or ("" if mine else UNSEEN)
            if owner.layer not in chosen:
                why = NOT_CHOSEN
            if why:
                left_out.setdefault((owner.operator, why), []).append(owner.layer)
            else:
                uses += mine
        # A weight may be computed from several parameters, of which one stands for all.
        recorded = {use.target.weight.owner.layer for use in uses}
        for key, names in list(left_out.items()):
            left_out[key] = [name for name in dict.fromkeys(names) if name not in recorded]
        left_out = {key: names for key, names in left_out.items() if names}
        named = {name for names in left_out.values() for name in names}
        uses.sort(key=lambda use: use.order)
        return uses, left_out, sorted((idle & chosen) - recorded - named)
